;; Functions that cannot be lifted say which operator is why; their neighbours are lifted all the same.
(module
  (tag $error (param i32))
  (type $pair (struct (field i32) (field i32)))

  (func (export "throws") (throw $error (i32.const 1)))
  (func (export "catches") (block (try_table (catch_all 0) (call 0))))
  (func (export "object") (result i32)
    (struct.get $pair 0 (struct.new $pair (i32.const 1) (i32.const 2))))
  (func (export "plain") (result i32) (i32.const 1)))
