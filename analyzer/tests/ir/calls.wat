;; Direct, indirect and tail calls; references.
(module
  (type $binary (func (param i32 i32) (result i32)))
  (import "host" "log" (func $log (param i32)))
  (table $table 2 funcref)
  (elem (i32.const 0) $add $sub)

  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))

  (func (export "indirect") (param $which i32) (result i32)
    (call $log (local.get $which))
    (call_indirect $table (type $binary) (i32.const 1) (i32.const 2) (local.get $which)))

  (func $count (export "count") (param $n i32) (param $sum i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call $count
      (i32.sub (local.get $n) (i32.const 1))
      (i32.add (local.get $sum) (local.get $n))))

  (func (export "tail_indirect") (param $which i32) (result i32)
    (return_call_indirect $table (type $binary) (i32.const 1) (i32.const 2) (local.get $which)))

  (func (export "references") (result i32)
    (table.set $table (i32.const 0) (ref.func $sub))
    (drop (table.grow $table (ref.null func) (table.size $table)))
    (i32.add
      (ref.is_null (table.get $table (i32.const 1)))
      (ref.is_null (select (result funcref) (ref.null func) (ref.func $add) (i32.const 1))))))
