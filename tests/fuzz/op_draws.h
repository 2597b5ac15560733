// One random op of each kind, on values that the program has.
#pragma once

#include "tests/fuzz/value_pool.h"

namespace tjit {

/// Each adds what the op computes to the pool, or nothing when it would be too large.
class OpDraws : protected ValuePool {
 public:
  using ValuePool::ValuePool;

 protected:
  void elementwise();
  void reduce();
  void view();
  /// Ops by index.
  void move();
  /// Sums of products, and of what windows cover.
  void product();
  void routine();
  void effect();
  /// `x` with a piece of it overwritten; not in the pool.
  ValueId update(ValueId x);

 private:
  const OpDef& random_op(Form form);
  void broadcast(ValueId x);
  void reshape(ValueId x);
  void concat(ValueId x, int axis);
  void gather(ValueId x, int axis);
  void dot();
  void conv();
  void reduce_window(ValueId x);
  void cumulative(ValueId x);
  void random_bits();
  void custom_call(ValueId x);
  void scatter(ValueId x);
  void sort(ValueId x);
  void print();
};

}  // namespace tjit
