;; Vectors, atomics, wide arithmetic and memories other than the first have operands and results, and no meaning.
(module
  (memory 1 1 shared)
  (memory $other 1)

  (func (export "vector") (param i32 v128) (result i32)
    (local v128)
    (v128.store (local.get 0)
      (i8x16.add (v128.load offset=16 (local.get 0)) (v128.const i64x2 1 2)))
    (v128.store8_lane 3 (local.get 0) (local.get 1))
    (i32.add
      (i8x16.bitmask (i64x2.eq (local.get 1) (local.get 2)))
      (i16x8.extract_lane_s 1 (i32x4.splat (local.get 0)))))

  (func (export "atomic") (param i32) (result i64)
    (atomic.fence)
    (i64.atomic.rmw.add (local.get 0) (i64.const 1)))

  (func (export "wide") (param i64) (result i64 i64)
    (i64.mul_wide_u (local.get 0) (local.get 0)))

  (func (export "other_memory") (result i32)
    (memory.fill $other (i32.const 0) (i32.const 1) (i32.const 2))
    (i32.store $other offset=4 (i32.const 0) (i32.const 3))
    (memory.size $other)))
