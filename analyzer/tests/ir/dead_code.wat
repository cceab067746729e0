;; What control cannot reach is not lifted, whatever stands there.
(module
  (func (export "after_return") (result i32)
    (return (i32.const 1))
    (drop (i32.add))
    (block (loop (br 0)))
    (if (result i32) (i32.const 0) (then (i32.const 1)) (else (i32.const 2))))

  (func (export "after_branch") (param i32) (result i32)
    (block $out
      (br $out)
      (local.set 0 (i32.const 9)))
    (local.get 0))

  (func (export "one_arm_ends") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (unreachable))
      (else (i32.const 3))))

  (func (export "both_arms_end") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (return (i32.const 4)))
      (else (unreachable)))
    (drop)
    (i32.const 5))

  (func (export "end_of_loop") (result i32)
    (block $out (result i32)
      (loop $again
        (br $out (i32.const 6)))
      (unreachable))))
