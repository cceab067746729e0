;; Locals begin as zero; a join has a parameter only for a local that differs, a loop only for one it changes.
(module
  (func (export "zero") (result i32 i64 f64)
    (local i32 i64 f64 f32)
    (local.get 0) (local.get 1) (local.get 2))

  (func (export "unchanged") (param $c i32) (param $x i32) (result i32)
    (if (local.get $c) (then (drop (local.get $x))))
    (local.get $x))

  (func (export "changed") (param $c i32) (param $x i32) (result i32)
    (if (local.get $c) (then (local.set $x (i32.const 1))))
    (local.get $x))

  (func (export "changed_but_not_read") (param $c i32) (param $x i32)
    (if (local.get $c) (then (local.set $x (i32.const 1)))))

  (func (export "same_in_both") (param $c i32) (param $x i32) (result i32)
    (local $y i32)
    (if (local.get $c)
      (then (local.set $y (local.get $x)))
      (else (local.set $y (local.get $x))))
    (local.get $y)))
