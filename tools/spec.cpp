// Reading SPECs.
#include "tools/spec.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

#include "ir/literal_text.h"
#include "ir/ops/element.h"
#include "runtime/io/npy.h"
#include "runtime/io/npz.h"
#include "tools/arguments.h"

namespace tjit {

namespace {

constexpr std::string_view kTensor = "Tensor(";
constexpr std::size_t kMaxElementSize = 16;
constexpr std::uint64_t kMaxInputBytes = std::uint64_t{1} << 30;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// `2,3` or `2x3` as a shape; a comma at the end, as in Python's `(2,)`, says nothing.
std::optional<Shape> parse_sizes(std::string_view text, char separator) {
  const std::string_view whole = text;
  Shape shape;
  while (!(text = trimmed(text)).empty()) {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || size < 0 || (!text.empty() && text.front() != separator)) return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
    if (shape.size() == Dims::kMax)
      throw UsageError("found more than " + std::to_string(Dims::kMax) + " sizes in '" + std::string(whole) + "'");
    shape.push_back(size);
  }
  return shape;
}

std::optional<Type> make_type(std::string_view name, std::string_view DTypeInfo::* kind, std::optional<Shape> shape) {
  const auto* known = std::ranges::find(kDTypes, name, kind);
  if (known == std::end(kDTypes) || !shape) return std::nullopt;
  return Type{known->dtype, *shape};
}

/// `2x3xf32` or `f32[2,3]`, or nullopt when the text is not a type.
std::optional<Type> parse_type(std::string_view text) {
  const std::size_t bracket = text.find('[');
  if (bracket != text.npos && text.ends_with(']'))
    return make_type(text.substr(0, bracket), &DTypeInfo::ir_name,
                     parse_sizes(text.substr(bracket + 1, text.size() - bracket - 2), ','));
  const std::size_t x = text.rfind('x');
  if (x == text.npos) return make_type(text, &DTypeInfo::ir_name, Shape{});
  const std::string_view sizes = text.substr(0, x);
  if (sizes.empty() || sizes.ends_with('x')) return std::nullopt;
  return make_type(text.substr(x + 1), &DTypeInfo::ir_name, parse_sizes(sizes, 'x'));
}

/// Elements as they stand in the text; `shape` is that of the brackets around them, if there are any.
struct Elements {
  std::vector<std::string_view> words;
  std::optional<Shape> shape;
};

/// Reads `1,2,3`, `[[1, 2], [3, 4]]`, `[[1. 2.]\n [3. 4.]]`: commas, spaces or both stand between elements. Within a
/// complex number spaces may stand before its imaginary part, as NumPy prints columns of them.
class ElementsReader {
 public:
  ElementsReader(std::string_view text, bool complex) : rest_(trimmed(text)), complex_(complex) {}

  Elements read() {
    if (rest_.starts_with('[')) {
      list(0);
      if (!rest_.empty()) throw UsageError("found '" + std::string(rest_.substr(0, 20)) + "' after the list");
      if (word_depth_ >= 0 && word_depth_ != shape_.size()) ragged();
      elements_.shape = shape_;
    } else {
      while (!rest_.empty() || comma_) word(0);
    }
    return std::move(elements_);
  }

 private:
  [[noreturn]] static void ragged() { throw UsageError("the lists differ in length or depth"); }

  void skip_space() { rest_ = trimmed(rest_); }

  /// Skips what may stand between elements.
  void separator() {
    skip_space();
    comma_ = rest_.starts_with(',');
    if (comma_) rest_.remove_prefix(1);
    skip_space();
  }

  /// Where the word at `begin` ends.
  std::size_t end_of_word(std::size_t begin) const {
    return std::min(rest_.size(), rest_.find_first_of("[], \t\r\n", begin));
  }

  void word(int depth) {
    std::size_t end = end_of_word(0);
    if (complex_ && end > 0 && rest_[end - 1] != 'j') {
      const std::size_t next = std::min(rest_.size(), rest_.find_first_not_of(" \t\r\n", end));
      const std::string_view part = rest_.substr(next, end_of_word(next) - next);
      if (part.ends_with('j') && (part.front() == '+' || part.front() == '-')) end = next + part.size();
    }
    elements_.words.push_back(rest_.substr(0, end));
    if (end == 0 && !rest_.empty() && rest_.front() != ',')
      throw UsageError("expected an element, found '" + std::string(1, rest_.front()) + "'");
    rest_.remove_prefix(end);
    if (word_depth_ >= 0 && word_depth_ != depth) ragged();
    word_depth_ = depth;
    separator();
  }

  void list(int depth) {
    rest_.remove_prefix(1);
    skip_space();
    comma_ = false;
    if (depth == Dims::kMax) throw UsageError("lists are nested deeper than " + std::to_string(Dims::kMax));
    const bool first = shape_.size() == depth;
    if (first) shape_.push_back(0);
    std::int64_t size = 0;
    for (; comma_ || !rest_.starts_with(']'); ++size) {
      if (rest_.empty()) throw UsageError("a list lacks its ']'");
      if (rest_.starts_with('[')) {
        list(depth + 1);
      } else {
        word(depth + 1);
      }
    }
    rest_.remove_prefix(1);
    if (first) shape_[depth] = size;
    if (shape_[depth] != size) ragged();
    separator();
  }

  std::string_view rest_;
  bool complex_;
  Elements elements_;
  Shape shape_;
  int word_depth_ = -1;
  bool comma_ = false;  ///< an element must follow
};

/// The element's text as programs write it.
std::string program_text(std::string_view word, DType dtype) {
  if (word.starts_with('+') && !word.substr(1).starts_with('-')) word.remove_prefix(1);
  const std::string lower = lower_case(word);
  if (dtype == DType::Bool) return lower == "1" ? "true" : lower == "0" ? "false" : lower;
  const std::string magnitude = lower.substr(lower.starts_with('-') ? 1 : 0);
  if (magnitude == "infinity") return lower.substr(0, lower.size() - magnitude.size()) + "inf";
  return magnitude == "nan" || magnitude == "inf" ? lower : std::string(word);
}

/// Reads `1+2j`, `(1+2j)`, `-2.5j` or a real number, as Python and NumPy print them; returns what is wrong with a part.
std::string parse_parts(std::string_view word, DType part, std::byte* element) {
  if (word.starts_with('(') && word.ends_with(')')) word = word.substr(1, word.size() - 2);
  if (!word.ends_with('j')) return parse_element(program_text(word, part), part, element);
  word.remove_suffix(1);
  std::size_t sign = word.find_last_of("+-");
  while (sign != word.npos && sign > 0 && (word[sign - 1] | 0x20) == 'e') sign = word.find_last_of("+-", sign - 1);
  if (sign == word.npos) sign = 0;
  std::string wrong;
  if (sign > 0) wrong = parse_element(program_text(word.substr(0, sign), part), part, element);
  if (wrong.empty()) wrong = parse_element(program_text(word.substr(sign), part), part, element + size_of(part));
  return wrong;
}

/// Reads a complex number; returns what is wrong.
std::string parse_complex(std::string_view word, DType dtype, std::byte* element) {
  std::fill_n(element, size_of(dtype), std::byte{});
  std::string compact;
  std::ranges::copy_if(word, std::back_inserter(compact), [](char c) { return trimmed({&c, 1}).size() == 1; });
  if (parse_parts(compact, part_type(dtype), element).empty()) return {};
  return "expected a number for " + std::string(info(dtype).ir_name) + ", such as 1+2j, found '" + std::string(word) +
         "'";
}

/// One element for each of `type`, or one for all.
Array parse_elements(std::string_view text, Type type) {
  Elements elements = ElementsReader(text, is_complex(type.dtype)).read();
  if (is_dynamic(type.shape)) {
    if (!elements.shape) throw UsageError("'" + std::string(text) + "' needs sizes for " + to_string(type));
    type.shape = *elements.shape;
  }
  if (std::ranges::find(elements.words, "...") != elements.words.end())
    throw UsageError("'...' stands for elements that were left out");
  const std::int64_t count = element_count(type);
  if (elements.words.empty() && count > 0) elements.words.emplace_back();
  if (elements.shape && count > 0 && *elements.shape != type.shape)
    throw UsageError("found a list of shape " + shape_text(*elements.shape) + ", expected " + to_string(type));
  Array array = Array::empty(type);
  auto* out = static_cast<std::byte*>(array.mutable_data());
  const int size = size_of(type.dtype);
  std::int64_t n = 0;
  for (const std::string_view word : elements.words) {
    std::byte element[kMaxElementSize];
    const std::string wrong = is_complex(type.dtype)
                                  ? parse_complex(word, type.dtype, element)
                                  : parse_element(program_text(word, type.dtype), type.dtype, element);
    if (!wrong.empty()) throw UsageError(wrong);
    if (n < count) std::copy_n(element, size, out + n * size);
    ++n;
  }
  for (std::int64_t i = 1; n == 1 && i < count; ++i) std::copy_n(out, size, out + i * size);
  if (n != count && n != 1)
    throw UsageError(std::to_string(n) + " elements are given for " + to_string(type) + ", which has " +
                     std::to_string(count));
  return array;
}

/// `Tensor(ELEMENTS, shape=(2, 3), dtype=float32)`.
Array parse_tensor(std::string_view text) {
  constexpr std::string_view shape_mark = ", shape=(", dtype_mark = "), dtype=";
  const std::size_t shape = text.rfind(shape_mark), dtype = text.rfind(dtype_mark);
  if (shape == text.npos || dtype == text.npos || dtype < shape || !text.ends_with(')'))
    throw UsageError("expected a tensor such as Tensor([1 2], shape=(2,), dtype=int32)");
  const std::size_t sizes = shape + shape_mark.size(), name = dtype + dtype_mark.size();
  const auto type = make_type(text.substr(name, text.size() - name - 1), &DTypeInfo::name,
                              parse_sizes(text.substr(sizes, dtype - sizes), ','));
  if (!type)
    throw UsageError("expected an end such as 'shape=(2,), dtype=int32)', found '" +
                     std::string(text.substr(shape + 2)) + "'");
  return parse_elements(text.substr(kTensor.size(), shape - kTensor.size()), *type);
}

/// The next number of the SplitMix64 sequence (Steele, Lea, Flood 2014).
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

Array parse_value(std::string_view text, const Type& type) {
  constexpr std::string_view kRandom = "random:";
  text = trimmed(text);
  if (text == "-") {
    const std::string input = read_file("/dev/stdin", kMaxInputBytes);
    if (trimmed(input) == "-") throw UsageError("standard input holds '-' instead of a value");
    return parse_value(input, type);
  }
  if (text.starts_with(kTensor)) return parse_tensor(text);
  if (!text.starts_with(kRandom)) return parse_elements(text, type);
  if (is_dynamic(type.shape)) throw UsageError("'" + std::string(text) + "' needs sizes for " + to_string(type));
  std::int64_t seed = 0;
  const std::string wrong = parse_element(text.substr(kRandom.size()), DType::I64, reinterpret_cast<std::byte*>(&seed));
  if (!wrong.empty()) throw UsageError(wrong);
  return random_array(type, static_cast<std::uint64_t>(seed));
}

/// `x.npy` or `x.npz:key`; a key may hold anything, also colons.
Array load_array(const std::string& path) {
  constexpr std::string_view suffix = ".npz";
  if (path.empty()) throw UsageError("'@' names no file");
  const std::size_t colon = path.find(".npz:");
  if (colon != path.npos) {
    const std::size_t end = colon + suffix.size();
    return load_npz(std::filesystem::path(path.substr(0, end)), path.substr(end + 1));
  }
  if (path.ends_with(suffix)) throw Error(Error::Kind::Io, path + ": name the array to read: @" + path + ":key");
  return load_npy(std::filesystem::path(path));
}

}  // namespace

Array random_array(const Type& type, std::uint64_t seed) {
  Array array = Array::empty(type);
  std::uint64_t state = seed;
  const auto between_ones = [&] {
    return (static_cast<std::int32_t>(next_random(state) >> 40) - (1 << 23)) / static_cast<double>(1 << 23);
  };
  dispatch(type.dtype, [&]<class T>(Tag<T>) {
    T* out = static_cast<T*>(array.mutable_data());
    for (std::int64_t i = 0; i < array.size(); ++i) {
      if constexpr (std::is_same_v<T, bool>) {
        out[i] = (next_random(state) & 1) != 0;
      } else if constexpr (is_complex(dtype_of<T>)) {
        const double re = between_ones();
        out[i] = T(re, between_ones());
      } else if constexpr (is_float(dtype_of<T>)) {
        out[i] = static_cast<T>(between_ones());
      } else {
        out[i] = static_cast<T>(next_random(state) % 10);
      }
    }
  });
  return array;
}

Array parse_spec(const std::string& spec, const Type& param) {
  if (spec.starts_with('@')) return load_array(spec.substr(1));
  const std::size_t equals = spec.find('=');
  if (equals == spec.npos || trimmed(spec).starts_with(kTensor)) return parse_value(spec, param);
  const std::optional<Type> type = parse_type(spec.substr(0, equals));
  if (!type) throw UsageError("'" + spec.substr(0, equals) + "' is not a type; expected one like 2x3xf32");
  (void)byte_count(*type);
  return parse_value(std::string_view(spec).substr(equals + 1), *type);
}

bool is_name(const std::string& text) {
  if (text.starts_with('@') || trimmed(text).starts_with(kTensor) || parse_type(text)) return false;
  const std::size_t digit = text.starts_with('-') ? 1 : 0;
  if (text.find('x') != text.npos && std::isdigit(static_cast<unsigned char>(text[digit])) != 0)
    throw UsageError("'" + text + "' is not a type; expected one like 2x3xf32");
  return true;
}

}  // namespace tjit
