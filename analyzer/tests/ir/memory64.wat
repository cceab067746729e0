;; Addresses and table indices of 64 bits.
(module
  (memory i64 1)
  (table $table i64 1 funcref)
  (func (export "address") (param i64) (result i64)
    (i32.store (local.get 0) (i32.const 1))
    (memory.copy (local.get 0) (i64.const 8) (i64.const 4))
    (call_indirect $table (table.size $table))
    (i64.add (memory.size) (memory.grow (i64.const 1)))))
