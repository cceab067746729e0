;; Accesses of every width, bulk operations, globals.
(module
  (memory 1)
  (global $top (mut i32) (i32.const 65536))
  (global $limit i64 (i64.const 10))
  (data $greeting "hello")

  (func (export "frame") (result i64)
    (local $sp i32)
    (global.set $top (local.tee $sp (i32.sub (global.get $top) (i32.const 16))))
    (i64.store offset=8 (local.get $sp) (global.get $limit))
    (i32.store8 offset=7 (local.get $sp) (i32.const 255))
    (i64.store32 (local.get $sp) (i64.const 1))
    (f32.store align=1 (local.get $sp) (f32.const 1.5))
    (global.set $top (i32.add (local.get $sp) (i32.const 16)))
    (i64.add
      (i64.load offset=8 (local.get $sp))
      (i64.add
        (i64.load16_s (local.get $sp))
        (i64.extend_i32_u (i32.load8_u offset=7 (local.get $sp))))))

  (func (export "bulk") (param i32)
    (memory.init $greeting (local.get 0) (i32.const 0) (i32.const 5))
    (data.drop $greeting)
    (memory.copy (i32.const 0) (local.get 0) (i32.const 5))
    (memory.fill (local.get 0) (i32.const 0) (memory.size))
    (drop (memory.grow (i32.const 1)))))
