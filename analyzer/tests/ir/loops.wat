;; Counting, nested loops, branches from an inner loop to outer ones, a loop that never ends.
(module
  (func (export "sum") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (local.get $i)))
      (br_if $next
        (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (local.get $n))))
    (local.get $sum))

  (func (export "nested") (param $n i32) (result i32)
    (local $i i32) (local $j i32)
    (block $done
      (loop $outer
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $j (i32.const 0))
        (loop $inner
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $outer (i32.eq (local.get $j) (local.get $n)))
          (local.set $j (i32.add (local.get $j) (i32.const 1)))
          (br_if $inner (i32.lt_u (local.get $j) (i32.const 10))))
        (br $outer)))
    (local.get $i))

  ;; The two ways into the middle of a loop that a compiler would make irreducible: a flag says which.
  (func (export "two_ways_in") (param $flag i32) (param $n i32) (result i32)
    (loop $again
      (block $second
        (br_if $second (local.get $flag))
        (local.set $n (i32.sub (local.get $n) (i32.const 1))))
      (local.set $flag (i32.const 0))
      (br_if $again (local.get $n)))
    (local.get $n))

  (func (export "forever") (param $x i32) (result i32)
    (loop $again
      (local.set $x (i32.add (local.get $x) (i32.const 1)))
      (br $again))
    (unreachable)))
