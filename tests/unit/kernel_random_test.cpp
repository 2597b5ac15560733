// Random kernels: nests, layouts, types and ops in combinations that nobody would write down.
#include "kernel_cases.h"

using namespace tjit;
using namespace tjit::test;

namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Kernel kernel() {
    const bool reduces = pick(3) == 0;
    std::vector<Axis> axes;
    const int kept = pick(4), reduced = reduces ? 1 + pick(2) : 0;
    for (int a = 0; a < kept; ++a) axes.push_back({extent(kept), false});
    for (int a = 0; a < reduced; ++a) axes.push_back({extent(kept + reduced), true});
    kept_ = kept;
    nest_ = NestOf(axes);
    pool_.clear();
    if (reduces) nest_.nest.order = order(pick(2) == 0 || kept == 0);
    add_leaves(4 + pick(3));
    for (int i = pick(6); i > 0; --i) add_op();
    if (reduces) add_reductions();
    for (int i = pick(4); i > 0; --i) add_op();
    for (int i = 1 + pick(2); i > 0; --i) add_store();
    k_.add(std::move(nest_));
    return k_.kernel;
  }

  /// An input that the first output may share memory with, or -1.
  int shareable() const { return shareable_; }

 private:
  struct Entry {
    NodeId id;
    DType dtype;
    bool inner;  ///< depends on reduced axes
  };

  int pick(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

  std::int64_t extent(int rank) {
    static constexpr std::int64_t kExtents[] = {2, 3, 4, 7, 8, 9, 16, 17, 20, 33, 64, 70, 130, 515};
    return kExtents[pick(rank <= 1 ? 14 : rank == 2 ? 12 : 8)];
  }

  ReductionOrder order(bool lanes) const {
    ReductionOrder o{.lanes = lanes};
    const auto& axes = nest_.nest.axes;
    for (std::size_t a = static_cast<std::size_t>(kept_); a < axes.size(); ++a)
      (lanes && a + 1 == axes.size() ? o.row : o.rows) *= axes[a].extent;
    o.span = o.rows;
    o.rows_per_chunk = 1 + o.rows / 3;  // chunks need not be long here
    return o;
  }

  /// Strides of a buffer whose dimensions are some axes in some order, some of them reversed or skipping elements.
  Address address(bool only_kept, bool plain, std::int64_t& size) {
    const auto& axes = nest_.nest.axes;
    Address a;
    a.strides.assign(axes.size(), 0);
    std::vector<std::size_t> dims;
    for (std::size_t d = 0; d < (only_kept ? static_cast<std::size_t>(kept_) : axes.size()); ++d)
      if (plain || pick(4) != 0) dims.push_back(d);
    if (!plain && pick(2) == 0) std::shuffle(dims.begin(), dims.end(), random_);
    size = 1;
    for (auto d = dims.rbegin(); d != dims.rend(); ++d) {
      const std::int64_t step = plain || pick(5) != 0 ? 1 : 2;
      const bool reversed = !plain && pick(5) == 0;
      a.strides[*d] = (reversed ? -1 : 1) * step * size;
      if (reversed) a.offset += (axes[*d].extent - 1) * step * size;
      size *= axes[*d].extent * step;
    }
    return a;
  }

  void remember(NodeId id, DType t) {
    bool inner = false;
    const Node& n = nest_.nest.nodes.back();
    for (std::size_t a = static_cast<std::size_t>(kept_); a < n.address.strides.size(); ++a)
      inner |= n.address.strides[a] != 0;
    for (const NodeId arg : n.args) inner |= at(arg).inner;
    for (const auto& term : n.address.dynamic) inner |= at(term.node).inner;
    pool_.push_back({id, t, inner && n.kind != NodeKind::Reduced});
  }
  const Entry& at(NodeId id) const { return *std::ranges::find(pool_, id, &Entry::id); }

  void add_leaves(int count) {
    for (int i = 0; i < count; ++i) {
      const DType t = kDTypes[pick(kDTypeCount)].dtype;
      switch (pick(8)) {
        case 0: remember(nest_.scalar(k_.scalar(t), t), t); break;
        case 1: {
          std::mt19937_64& r = random_;
          remember(dispatch(t, [&]<class T>(Tag<T>) { return nest_.constant<T>(samples<T>(4, r)[2]); }), t);
          break;
        }
        case 2: {
          std::int64_t size;
          const Address a = address(false, false, size);
          remember(nest_.index(a.strides, a.offset - 3), DType::I64);
          break;
        }
        case 3: add_lookup(t); break;
        default: add_load(t, pick(3) == 0);
      }
    }
  }

  void add_load(DType t, bool plain) {
    std::int64_t size;
    const Address a = address(false, plain, size);
    const std::int64_t before = pick(3);
    const int buffer = k_.buffer(t, {size + before});
    if (plain && before == 0 && nest_.nest.reductions.empty() && kept_ == static_cast<int>(nest_.nest.axes.size()))
      plain_.push_back({buffer, t});
    remember(nest_.load(buffer, t, a.strides, a.offset + before), t);
  }

  void add_lookup(DType t) {
    std::int64_t size, table_size;
    const Address a = address(false, false, size);
    const Address rest = address(false, false, table_size);
    const std::int64_t limit = pick(40);
    remember(nest_.load(k_.buffer(DType::I64, {size}), DType::I64, a.strides, a.offset), DType::I64);
    remember(nest_.in_range(pool_.back().id, limit, pick(8) == 0), DType::I64);
    const NodeId index = pool_.back().id;
    remember(nest_.load(k_.buffer(t, {table_size * (limit + 1)}), t, rest.strides, rest.offset, {{index, table_size}}),
             t);
  }

  bool after() const { return !nest_.nest.reductions.empty(); }
  const Entry* some(DType t) {
    std::vector<const Entry*> fitting;
    for (const Entry& e : pool_)
      if (e.dtype == t && !(after() && e.inner)) fitting.push_back(&e);
    return fitting.empty() ? nullptr : fitting[random_() % fitting.size()];
  }

  void add_op() {
    const auto table = op_table();
    for (int attempt = 0; attempt < 200; ++attempt) {
      const OpDef& d = table[random_() % table.size()];
      const DType in = kDTypes[pick(kDTypeCount)].dtype, out = kDTypes[pick(kDTypeCount)].dtype;
      if (d.form() != Form::Map) continue;
      std::vector<NodeId> args;
      for (int a = 0; a < d.info.arity; ++a) {
        const Entry* e = some(a == 0 && d.info.mask_first ? DType::Bool : in);
        if (e == nullptr) break;
        args.push_back(e->id);
      }
      if (static_cast<int>(args.size()) != d.info.arity || !takes(d, in, out)) continue;
      remember(nest_.op(d.code, out, args, d.can_fail && pick(4) == 0), out);
      return;
    }
  }

  void add_reductions() {
    static constexpr const char* kOps[] = {"reduce_sum", "reduce_max", "reduce_prod", "reduce_min", "reduce_any"};
    const std::size_t known = pool_.size();
    for (int i = 1 + pick(2); i > 0; --i) {
      const Entry e = pool_[random_() % known];
      const char* op = kOps[pick(5)];
      while (!contains(find_op(op)->info.types, e.dtype)) op = kOps[pick(5)];
      remember(nest_.reduce(op, e.dtype, e.id), e.dtype);
    }
  }

  void add_store() {
    std::vector<Entry> values;
    for (const Entry& e : pool_)
      if (!e.inner || !after()) values.push_back(e);
    const Entry e = values[random_() % values.size()];
    std::int64_t size;
    const bool plain = pick(3) != 0;
    Address a = address(true, plain, size);
    for (int d = 0; d < kept_; ++d)
      if (a.strides[static_cast<std::size_t>(d)] == 0) a = address(true, true, size), d = -1;
    const int buffer = k_.buffer(e.dtype, {size}, true);
    const bool same_places = a == address(true, true, size);
    for (const auto& [in, t] : plain_)
      if (first_output_ && same_places && t == e.dtype) shareable_ = in;
    first_output_ = false;
    nest_.store(buffer, e.id, a.strides, a.offset);
  }

  std::mt19937_64 random_;
  KernelOf k_;
  NestOf nest_{{}};
  int kept_ = 0;
  std::vector<Entry> pool_;
  std::vector<std::pair<int, DType>> plain_;
  int shareable_ = -1;
  bool first_output_ = true;
};

}  // namespace

TEST_CASE("random kernels") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Kernel kernel = generator.kernel();
    const Case c(kernel, seed);
    c.check_everywhere();
    if (generator.shareable() < 0) continue;
    NativeKernelOptions in_place;
    for (const KernelBuffer& b : kernel.buffers) in_place.shares.push_back(b.output ? -2 : -1);
    *std::ranges::find(in_place.shares, -2) = generator.shareable();
    std::ranges::replace(in_place.shares, -2, -1);
    c.check_everywhere(in_place);
  }
}
