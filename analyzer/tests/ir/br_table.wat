;; Tables of branches: forwards, back to a loop, with an operand, out of the function, with no cases.
(module
  (func (export "classify") (param $x i32) (result i32)
    (block $two
      (block $one
        (block $zero
          (br_table $zero $one $zero $two (local.get $x)))
        (return (i32.const 100)))
      (return (i32.const 200)))
    (i32.const 300))

  (func (export "operand") (param $x i32) (result i32)
    (block $a (result i32)
      (i32.add
        (block $b (result i32)
          (br_table $a $b (i32.const 5) (local.get $x)))
        (i32.const 1))))

  (func (export "state_machine") (param $state i32)
    (loop $again
      (block $stop
        (block $go
          (br_table $go $stop $again (local.get $state)))
        (local.set $state (i32.const 1))
        (br $again))))

  (func (export "leave") (param $x i32) (result i32)
    (block $in
      (i32.const 1)
      (br_table 1 (local.get $x)))
    (i32.const 2)))
