//! Every numeric operator against an engine, on random operands and on the edges of the types.

mod support;

use contract_lint_analyzer::ir::eval::eval;
use contract_lint_analyzer::ir::{NumericOp, Type};
use support::for_seeds;
use wasmi::{Engine, Instance, Linker, Module, Store, Val};

/// A module that exports each operator as a function over integers: floats go in and out as their bits.
fn every_operator() -> String {
    let int = |ty: Type| match ty {
        Type::I32 | Type::F32 => "i32",
        _ => "i64",
    };
    let mut text = String::from("(module\n");
    for op in NumericOp::ALL {
        let name = op.name();
        let mut args = String::new();
        for (i, ty) in op.params().iter().enumerate() {
            args += &match ty {
                Type::F32 => format!("(f32.reinterpret_i32 (local.get {i}))"),
                Type::F64 => format!("(f64.reinterpret_i64 (local.get {i}))"),
                _ => format!("(local.get {i})"),
            };
        }
        let params: Vec<&str> = op.params().iter().map(|ty| int(*ty)).collect();
        let params = params.join(" ");
        let result = int(op.result());
        let body = match op.result() {
            Type::F32 => format!("(i32.reinterpret_f32 ({name} {args}))"),
            Type::F64 => format!("(i64.reinterpret_f64 ({name} {args}))"),
            _ => format!("({name} {args})"),
        };
        text += &format!("(func (export \"{name}\") (param {params}) (result {result}) {body})\n");
    }
    text + ")"
}

struct Oracle {
    store: Store<()>,
    instance: Instance,
}

impl Oracle {
    fn new() -> Self {
        let bytes = wat::parse_str(every_operator()).expect("well-formed text");
        let engine = Engine::default();
        let module = Module::new(&engine, &bytes[..]).expect("a valid module");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine)
            .instantiate_and_start(&mut store, &module)
            .expect("no imports");
        Self { store, instance }
    }

    fn eval(&mut self, op: NumericOp, args: &[u64]) -> Option<u64> {
        let func = self
            .instance
            .get_func(&self.store, op.name())
            .expect("an export");
        let args: Vec<Val> = op
            .params()
            .iter()
            .zip(args)
            .map(|(ty, arg)| match ty {
                Type::I32 | Type::F32 => Val::I32(*arg as u32 as i32),
                _ => Val::I64(*arg as i64),
            })
            .collect();
        let mut results = [Val::I64(0)];
        func.call(&mut self.store, &args, &mut results).ok()?;
        match results {
            [Val::I32(value)] => Some(u64::from(value as u32)),
            [Val::I64(value)] => Some(value as u64),
            _ => panic!("{op}: an integer result"),
        }
    }
}

fn is_nan(ty: Type, bits: u64) -> bool {
    match ty {
        Type::F32 => f32::from_bits(bits as u32).is_nan(),
        Type::F64 => f64::from_bits(bits).is_nan(),
        _ => false,
    }
}

/// Whether the specification leaves open which NaN results.
fn any_nan(op: NumericOp) -> bool {
    let name = op.name();
    !["abs", "neg", "copysign", "reinterpret"]
        .iter()
        .any(|exact| name.contains(exact))
}

fn check(oracle: &mut Oracle, op: NumericOp, args: &[u64]) {
    let ours = eval(op, args);
    let theirs = oracle.eval(op, args);
    if let (Some(ours), Some(theirs)) = (ours, theirs)
        && any_nan(op)
        && is_nan(op.result(), ours)
        && is_nan(op.result(), theirs)
    {
        return;
    }
    assert_eq!(ours, theirs, "{op} {args:#x?}");
}

/// Bits at the edges of the types, among them those of floats at the edges of the integers.
fn edges() -> Vec<u64> {
    let mut edges = vec![
        0, 1, 2, 7, 8, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff, 0x7fff, 0x8000,
    ];
    edges.extend([0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000]);
    edges.extend([i64::MAX as u64, i64::MIN as u64, u64::MAX]);
    let numbers = [
        0.0,
        0.5,
        1.0,
        1.5,
        2.5,
        2_147_483_647.0,
        2_147_483_648.0,
        4_294_967_295.0,
        4_294_967_296.0,
        9_223_372_036_854_775_808.0,
        18_446_744_073_709_551_616.0,
        1e300,
        1e-300,
        f64::INFINITY,
        f64::MIN_POSITIVE,
        5e-324,
        f64::NAN,
    ];
    for number in numbers {
        for number in [
            number,
            -number,
            number - 0.5,
            -number - 0.5,
            number + 1.0,
            -number - 1.0,
        ] {
            for bits in [number.to_bits(), u64::from((number as f32).to_bits())] {
                edges.extend([bits, bits.wrapping_add(1), bits.wrapping_sub(1)]);
            }
        }
    }
    edges.push(0x7fa0_0000); // A signalling NaN.
    edges.push(0xfff4_0000_0000_0000);
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[test]
fn every_operator_at_the_edges() {
    let mut oracle = Oracle::new();
    let edges = edges();
    for op in NumericOp::ALL {
        for &a in &edges {
            if op.params().len() == 1 {
                check(&mut oracle, *op, &[a]);
                continue;
            }
            for &b in &edges {
                check(&mut oracle, *op, &[a, b]);
            }
        }
    }
}

#[test]
fn every_operator_on_random_operands() {
    let mut oracle = Oracle::new();
    for_seeds(2_000, 16, |u| {
        let args: [u64; 2] = u.arbitrary()?;
        for op in NumericOp::ALL {
            check(&mut oracle, *op, &args);
        }
        Ok(())
    });
}

#[test]
fn missing_operands_give_nothing() {
    assert_eq!(eval(NumericOp::I32Add, &[1]), None);
    assert_eq!(eval(NumericOp::I32Eqz, &[]), None);
}
