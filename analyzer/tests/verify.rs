//! The verifier finds what is wrong with a function, whatever it is.

use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::ir::verify::verify;
use contract_lint_analyzer::ir::{
    Block, Callee, Func, Function, Inst, NumericOp, Op, Terminator, Type, Value, ValueDef,
};
use contract_lint_analyzer::lift::lift;
use contract_lint_analyzer::module::{Global, Module, decode};

/// A well-formed function with a loop, a branch, a call, memory and a global:
///
/// ```text
/// block0(v0: i32):     v1 = i32.const 0; jump block1(v1)
/// block1(v2: i32):     v3 = call func1 v2, v0; v4 = i32.load v3; branch v4 block1(v3), block2
/// block2:              global.set global0 v4; return v3
/// ```
fn sample() -> (Module, Function) {
    let text = "(module
        (memory 1)
        (global (mut i32) (i32.const 0))
        (func (param i32) (result i32) (local i32 i32)
            (loop
                (local.set 1 (call 1 (local.get 1) (local.get 0)))
                (br_if 0 (local.tee 2 (i32.load (local.get 1)))))
            (global.set 0 (local.get 2))
            (local.get 1))
        (func (param i32 i32) (result i32) (return_call 0 (local.get 0))))";
    let module = decode(wat::parse_str(text).expect("well-formed text")).expect("a valid module");
    let function = lift(&module, Func::new(0)).expect("supported operators");
    (module, function)
}

/// Breaks the sample and gives the first complaint.
fn complaint(breaks: impl FnOnce(&mut Function)) -> String {
    let (module, mut function) = sample();
    breaks(&mut function);
    let errors = verify(&function, &module).expect_err("a broken function");
    errors[0].to_string()
}

fn block(index: usize) -> Block {
    Block::new(index)
}

fn value(index: usize) -> Value {
    Value::new(index)
}

/// The n-th instruction of a block.
fn inst(function: &Function, in_block: usize, n: usize) -> Inst {
    function.blocks[block(in_block)].insts[n]
}

#[test]
fn the_sample_is_well_formed() {
    let (module, function) = sample();
    assert_eq!(verify(&function, &module), Ok(()));
    let tail_call = lift(&module, Func::new(1)).expect("supported operators");
    assert_eq!(verify(&tail_call, &module), Ok(()));
}

#[test]
fn references() {
    assert_eq!(
        complaint(|f| f.blocks[block(0)].insts.push(Inst::new(99))),
        "block0: inst99 does not exist"
    );
    assert_eq!(
        complaint(|f| f.blocks[block(2)].terminator = jump(99, &[])),
        "block2: block99 does not exist"
    );
    assert_eq!(
        complaint(|f| f.blocks[block(2)].terminator =
            Terminator::Return([value(99)].into_iter().collect())),
        "block2: v99 does not exist"
    );
    assert_eq!(complaint(|f| f.func = Func::new(7)), "func7 has no body");
}

fn jump(to: usize, args: &[usize]) -> Terminator {
    Terminator::Jump(contract_lint_analyzer::ir::Edge {
        block: block(to),
        args: args.iter().map(|&arg| value(arg)).collect(),
    })
}

#[test]
fn definitions() {
    assert_eq!(
        complaint(|f| f.values[value(3)].def = ValueDef::Param(block(1), 0)),
        "block1: inst0: v3 is defined by Result(inst0, 0), and says Param(block1, 0)"
    );
    assert_eq!(
        complaint(|f| {
            let twice = inst(f, 1, 0);
            f.blocks[block(2)].insts.push(twice);
        }),
        "block2: inst0: placed twice"
    );
    assert_eq!(
        complaint(|f| {
            f.blocks[block(2)].insts.clear();
        }),
        "inst2 is in no block"
    );
}

#[test]
fn types() {
    assert_eq!(
        complaint(|f| f.ty.params = vec![Type::I64]),
        "block0: the types of the parameters are [I32], not [I64]"
    );
    assert_eq!(
        complaint(|f| {
            let call = inst(f, 1, 0);
            f.insts[call].args.pop();
        }),
        "block1: inst0: the types of the operands are [I32], not [I32, I32]"
    );
    assert_eq!(
        complaint(|f| {
            let load = inst(f, 1, 1);
            f.insts[load].op = Op::Numeric(NumericOp::I64Eqz);
        }),
        "block1: inst1: the types of the operands are [I32], not [I64]"
    );
    assert_eq!(
        complaint(|f| f.values[value(4)].ty = Type::F32),
        "block1: inst1: the types of the results are [F32], not [I32]"
    );
    assert_eq!(
        complaint(|f| {
            let zero = inst(f, 0, 0);
            f.insts[zero].op = Op::Const(Type::I32, 1 << 40);
        }),
        "block0: inst3: 0x10000000000 is no i32"
    );
    assert_eq!(
        complaint(|f| f.blocks[block(0)].terminator = jump(1, &[])),
        "block0: the types of the arguments for block1 are [], not [I32]"
    );
    assert_eq!(
        complaint(|f| f.blocks[block(2)].terminator = Terminator::Return(Default::default())),
        "block2: the types of what is returned are [], not [I32]"
    );
}

#[test]
fn entities_of_the_module() {
    assert_eq!(
        complaint(|f| {
            let call = inst(f, 1, 0);
            f.insts[call].op = Op::Call(Callee::Direct(Func::new(9)));
        }),
        "block1: inst0: the callee does not exist"
    );
    assert_eq!(
        complaint(|f| {
            let set = inst(f, 2, 0);
            f.insts[set].op = Op::GlobalSet(Global::new(9));
        }),
        "block2: inst2: global9 does not exist"
    );
    assert_eq!(
        complaint(|f| {
            let load = inst(f, 1, 1);
            if let Op::Load { mem, .. } = &mut f.insts[load].op {
                mem.memory = 3;
            }
        }),
        "block1: inst1: memory 3 does not exist"
    );
}

#[test]
fn control_flow() {
    assert_eq!(
        complaint(|f| f.blocks[block(2)].terminator = jump(0, &[0])),
        "block2: an edge leads to the entry"
    );
    assert_eq!(
        complaint(|f| f.blocks[block(0)].terminator = Terminator::Unreachable),
        "block1: control cannot reach the block"
    );
    assert_eq!(
        complaint(|f| {
            f.blocks[block(2)].terminator =
                Terminator::ReturnCall([value(3)].into_iter().collect());
        }),
        "block2: the tail call is not the last"
    );
}

#[test]
fn dominance() {
    assert_eq!(
        complaint(|f| f.blocks[block(0)].terminator = jump(1, &[3])),
        "block0: v3 is not defined at the end"
    );
    assert_eq!(
        complaint(|f| f.blocks[block(1)].insts.swap(0, 1)),
        "block1: inst1: v3 is not defined here"
    );
}

#[test]
fn offsets() {
    assert_eq!(
        complaint(|f| {
            let load = inst(f, 1, 1);
            f.insts[load].offset = 1;
        }),
        "block1: inst1: at 0x1..0x4, outside the body"
    );
    assert!(
        complaint(|f| f.blocks[block(1)].terminator_offset = 1)
            .ends_with("the terminator is at 0x1, outside the body")
    );
}
