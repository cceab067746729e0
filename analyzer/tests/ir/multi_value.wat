;; Blocks, loops, branches and calls with several parameters and results.
(module
  (func $swap (param i32 i64) (result i64 i32)
    (local.get 1) (local.get 0))

  (func (export "call") (param i32 i64) (result i32)
    (call $swap (local.get 0) (local.get 1))
    (i32.wrap_i64 (call $rotate)))

  (func $rotate (param i64 i32) (result i64)
    (block (param) (result i64 i32)
      (local.get 0)
      (local.get 1))
    (drop))

  (func (export "loop") (param $n i32) (result i32 i32)
    (i32.const 0)
    (i32.const 1)
    (loop $next (param i32 i32) (result i32 i32)
      (call $step)
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next (local.get $n))))

  (func $step (param i32 i32) (result i32 i32)
    (local.get 1)
    (i32.add (local.get 0) (local.get 1)))

  (func (export "if") (param $c i32) (param $x i32) (result i32)
    (local.get $x)
    (i32.const 7)
    (local.get $c)
    (if (param i32 i32) (result i32)
      (then (i32.add))
      (else (i32.sub))))

  (func (export "if_without_else") (param $c i32) (param $x i32) (result i32)
    (local.get $x)
    (local.get $c)
    (if (param i32) (result i32)
      (then (i32.eqz)))))
