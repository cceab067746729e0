;; Operators one to one, constants of every type, values reused from the stack and from locals.
(module
  (func (export "mix") (param i32 i64 f32 f64) (result i32)
    (local i32)
    (local.set 4 (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))
    (drop (f32.min (local.get 2) (f32.const -0)))
    (drop (f64.add (local.get 3) (f64.const nan)))
    (drop (i64.const -1))
    (select
      (i32.mul (local.tee 4 (i32.const 7)) (local.get 4))
      (i32.trunc_sat_f64_u (local.get 3))
      (i32.extend8_s (local.get 0)))))
