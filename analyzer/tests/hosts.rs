//! The built-in host models: well formed, right where it matters most, and documented.

use contract_lint_analyzer::host::{
    AbortsIf, Dispatch, EffectKind, Encoding, EntryKind, Floats, HostFunction, HostModel,
    HostResult, Place, Problem, Reentrancy, ResultKind, Role, WHATS, Weight, parse,
};
use contract_lint_analyzer::ir::{FuncType, Type};

const README: &str = include_str!("../hosts/README.md");
const CONSORTIUM: &str = include_str!("../../corpus/consortium-host/host.toml");

fn models() -> impl Iterator<Item = &'static HostModel> {
    HostModel::builtins().iter().chain([HostModel::support()])
}

fn model(id: &str) -> &'static HostModel {
    HostModel::builtin(id).unwrap_or_else(|| panic!("no model `{id}`"))
}

/// `module.name(types)->types` as the parts of an import.
fn import(signature: &str) -> (&str, &str, FuncType) {
    let (full_name, types) = signature.split_once('(').expect("a parameter list");
    let (module, name) = full_name.split_once('.').expect("a module");
    let (params, results) = types.split_once(')').expect("the end of the parameters");
    let list = |text: &str| -> Vec<Type> {
        let types = text.split(',').filter(|ty| !ty.is_empty());
        types
            .map(|ty| match ty {
                "i32" => Type::I32,
                "i64" => Type::I64,
                other => panic!("type {other}"),
            })
            .collect()
    };
    let results = list(results.strip_prefix("->").unwrap_or_default());
    (
        module,
        name,
        FuncType {
            params: list(params),
            results,
        },
    )
}

fn function(platform: &str, signature: &str) -> &'static HostFunction {
    let (module, name, ty) = import(signature);
    model(platform)
        .function(module, name, &ty)
        .unwrap_or_else(|| panic!("{platform} has no {signature}"))
}

#[test]
fn all_platforms_are_there_in_order() {
    let ids: Vec<&str> = HostModel::builtins()
        .iter()
        .map(|model| &*model.id)
        .collect();
    let expected = [
        "antchain",
        "antelope",
        "casper",
        "chainmaker",
        "concordium",
        "cosmwasm",
        "ewasm",
        "fabric-wapc",
        "fisco-bcos",
        "gear",
        "hyperchain-fvm",
        "icp",
        "ink",
        "multiversx",
        "near",
        "ontology",
        "platon",
        "platone",
        "sabre",
        "soroban",
        "stylus",
        "xuperchain",
    ];
    assert_eq!(ids, expected);
    assert!(HostModel::builtin("no-such-chain").is_none());
}

#[test]
fn every_model_is_well_formed() {
    for model in models() {
        let id = &model.id;
        let known = |what: &str| what.is_empty() || WHATS.iter().any(|(word, _)| *word == what);
        let order = |f: &HostFunction| {
            (
                f.module.to_string(),
                f.name.to_string(),
                f.params.to_vec(),
                f.results.to_vec(),
            )
        };
        for pair in model.functions.windows(2) {
            assert!(
                order(&pair[0]) < order(&pair[1]),
                "{id}: {} is out of order",
                pair[1].name
            );
        }
        for f in model.functions.iter() {
            let name = format!("{id}: {}.{}", f.module, f.name);
            assert_eq!(f.args.len(), f.params.len(), "{name}");
            assert!(!f.effects.is_empty(), "{name} has no effect");
            for (arg, ty) in f.args.iter().zip(f.params.iter()) {
                assert!(known(&arg.what), "{name}: {}", arg.what);
                if let Some(len) = arg.len {
                    let target = &f.args[usize::from(len)];
                    assert!(
                        matches!(target.role, Role::Len | Role::Cap) || target.role.is_pointer(),
                        "{name}: {} is no length",
                        target.name
                    );
                }
                if matches!(arg.role, Role::Name | Role::Val | Role::Hi | Role::Lo) {
                    assert_eq!(*ty, Type::I64, "{name}: {}", arg.name);
                }
            }
            // A length belongs to a pointer.
            for (at, arg) in f.args.iter().enumerate() {
                let used = f.args.iter().any(|a| a.len.map(usize::from) == Some(at));
                assert!(
                    used || arg.role != Role::Len,
                    "{name}: {} is the length of nothing",
                    arg.name
                );
            }
            // What a function does itself it may do whatever the operation is.
            assert!(
                !f.is(EffectKind::Dispatch) || f.selector.is_some(),
                "{name}"
            );
            let nothing = f.result == HostResult::None;
            assert!(
                nothing || f.results.len() == 1,
                "{name}: a result without a type"
            );
        }
        for v in model.virtual_functions.iter() {
            let (module, name) = v.via.split_once('.').expect("module.name");
            let via: Vec<_> = model
                .functions
                .iter()
                .filter(|f| f.module == module && f.name == name)
                .collect();
            assert!(
                via.iter().any(|f| f.selector.is_some()),
                "{id}: {} is behind nothing",
                v.name
            );
            assert!(
                v.body.iter().chain(v.gives.iter()).all(|f| known(&f.what)),
                "{id}: {}",
                v.name
            );
        }
        for e in model.entry_points.iter() {
            assert!(
                e.args.iter().all(|arg| known(&arg.what)),
                "{id}: {}",
                e.name
            );
        }
        for layout in model.layouts.iter() {
            assert!(
                layout.fields.iter().all(|field| known(&field.what)),
                "{id}: {}",
                layout.of
            );
        }
    }
}

/// Signatures, meanings and effects that were compared by hand with the sources of the platforms.
#[test]
#[rustfmt::skip]
fn hand_checked_functions() {
    use EffectKind::*;
    type Row = (&'static str, &'static str, &'static [(usize, &'static str)], &'static [EffectKind]);
    let rows: &[Row] = &[
        ("near", "env.storage_write(i64,i64,i64,i64,i64)->i64", &[(1, "storage-key"), (3, "storage-value")], &[StorageWrite]),
        ("near", "env.storage_read(i64,i64,i64)->i64", &[(1, "storage-key")], &[StorageRead]),
        ("near", "env.predecessor_account_id(i64)", &[], &[CallerIdentityRead]),
        ("near", "env.signer_account_id(i64)", &[], &[OriginIdentityRead]),
        ("near", "env.promise_create(i64,i64,i64,i64,i64,i64,i64,i64)->i64", &[(1, "account"), (3, "method-name"), (5, "calldata"), (6, "amount"), (7, "gas")], &[ExternalCallAsync, ValueTransfer]),
        ("near", "env.promise_batch_action_transfer(i64,i64)", &[(0, "promise"), (1, "amount")], &[ValueTransfer, ExternalCallAsync]),
        ("near", "env.promise_batch_action_deploy_contract(i64,i64,i64)", &[(2, "code")], &[CodeUpgrade, ContractCreate]),
        ("near", "env.promise_result(i64,i64)->i64", &[], &[CallResultRead]),
        ("soroban", "l._(i64,i64,i64)->i64", &[(0, "storage-key"), (1, "storage-value"), (2, "durability")], &[StorageWrite]),
        ("soroban", "l.1(i64,i64)->i64", &[(0, "storage-key"), (1, "durability")], &[StorageRead]),
        ("soroban", "l.2(i64,i64)->i64", &[(0, "storage-key")], &[StorageRemove]),
        ("soroban", "l.6(i64)->i64", &[(0, "code-hash")], &[CodeUpgrade]),
        ("soroban", "a.0(i64)->i64", &[(0, "account")], &[AuthCheck]),
        ("soroban", "d._(i64,i64,i64)->i64", &[(0, "contract"), (1, "method-name"), (2, "calldata")], &[ExternalCall, CallResultRead]),
        ("soroban", "x.1(i64,i64)->i64", &[(0, "topics"), (1, "event-data")], &[EventLog]),
        ("antelope", "env.require_auth(i64)", &[(0, "account")], &[AuthCheck]),
        ("antelope", "env.has_auth(i64)->i32", &[(0, "account")], &[AuthQuery]),
        ("antelope", "env.db_store_i64(i64,i64,i64,i64,i32,i32)->i32", &[(0, "scope"), (1, "table"), (2, "payer"), (3, "primary-key"), (4, "storage-value")], &[StorageWrite]),
        ("antelope", "env.db_find_i64(i64,i64,i64,i64)->i32", &[(0, "contract"), (1, "scope"), (2, "table"), (3, "primary-key")], &[StorageRead]),
        ("antelope", "env.db_update_i64(i32,i64,i32,i32)", &[(1, "payer"), (2, "storage-value")], &[StorageWrite]),
        ("antelope", "env.send_inline(i32,i32)", &[(0, "action")], &[ExternalCallAsync]),
        ("antelope", "env.read_action_data(i32,i32)->i32", &[(0, "calldata")], &[CalldataRead]),
        ("cosmwasm", "env.db_write(i32,i32)", &[(0, "storage-key"), (1, "storage-value")], &[StorageWrite]),
        ("cosmwasm", "env.query_chain(i32)->i32", &[(0, "query")], &[ExternalCallReadonly, ChainQuery, CallResultRead]),
        ("ink", "seal1.call(i32,i32,i64,i32,i32,i32,i32,i32)->i32", &[(0, "call-flags"), (1, "contract"), (3, "amount"), (4, "calldata"), (6, "return-data")], &[ExternalCall, ValueTransfer, CallResultRead]),
        ("ink", "seal0.seal_call(i32,i32,i64,i32,i32,i32,i32,i32,i32)->i32", &[(0, "contract"), (3, "amount"), (5, "calldata")], &[ExternalCall, ValueTransfer, CallResultRead]),
        ("ink", "seal0.seal_get_storage(i32,i32,i32)->i32", &[(0, "storage-key"), (1, "storage-value")], &[StorageRead]),
        ("ink", "seal0.caller(i32,i32)", &[(0, "account")], &[CallerIdentityRead]),
        ("ink", "seal0.set_code_hash(i32)->i32", &[(0, "code-hash")], &[CodeUpgrade]),
        ("ink", "seal1.terminate(i32)", &[(0, "account")], &[SelfDestruct, ValueTransfer, Exit]),
        ("multiversx", "env.mBufferStorageStore(i32,i32)->i32", &[(0, "storage-key"), (1, "storage-value")], &[StorageWrite]),
        ("multiversx", "env.mBufferStorageLoad(i32,i32)->i32", &[(0, "storage-key"), (1, "storage-value")], &[StorageRead]),
        ("multiversx", "env.managedCaller(i32)", &[(0, "account")], &[CallerIdentityRead]),
        ("multiversx", "env.managedTransferValueExecute(i32,i32,i64,i32,i32)->i32", &[(0, "contract"), (1, "amount"), (3, "method-name"), (4, "calldata")], &[ValueTransfer, ExternalCall]),
        ("multiversx", "env.checkNoPayment()", &[], &[AttachedValueRead, PaymentCheck]),
        ("stylus", "vm_hooks.call_contract(i32,i32,i32,i32,i64,i32)->i32", &[(0, "contract"), (1, "calldata"), (3, "amount")], &[ExternalCall, ValueTransfer]),
        ("stylus", "vm_hooks.storage_flush_cache(i32)", &[], &[StorageFlush]),
        ("stylus", "vm_hooks.msg_reentrant()->i32", &[], &[ReentryQuery]),
        ("concordium", "concordium.state_create_entry(i32,i32)->i64", &[(0, "storage-key")], &[StorageWrite]),
        ("concordium", "concordium.get_receive_sender(i32)", &[(0, "account")], &[CallerIdentityRead]),
        ("casper", "env.casper_transfer_from_purse_to_account(i32,i32,i32,i32,i32,i32,i32,i32,i32)->i32", &[(0, "purse"), (2, "account"), (4, "amount")], &[ValueTransfer]),
        ("icp", "ic0.call_new(i32,i32,i32,i32,i32,i32,i32,i32)", &[(0, "contract"), (2, "method-name"), (4, "callback")], &[ExternalCallAsync]),
        ("gear", "env.gr_send(i32,i32,i32,i32,i32)", &[(0, "destination-and-value"), (1, "calldata")], &[ExternalCallAsync, ValueTransfer]),
        ("fisco-bcos", "bcos.call(i32,i32,i32,i32)->i32", &[(0, "contract"), (2, "calldata")], &[ExternalCall]),
        ("platon", "env.platon_delegate_call(i32,i32,i32,i32,i32)->i32", &[(0, "contract"), (1, "calldata")], &[Delegatecall]),
        ("platone", "env.setState(i32,i32,i32,i32)", &[(0, "storage-key"), (2, "storage-value")], &[StorageWrite]),
        ("ontology", "env.ontio_check_witness(i32)->i32", &[(0, "account")], &[AuthQuery]),
        ("antchain", "env.SetStorage(i32,i32,i32,i32)->i32", &[(0, "storage-key"), (2, "storage-value")], &[StorageWrite]),
        ("ewasm", "ethereum.callDelegate(i64,i32,i32,i32)->i32", &[(1, "contract"), (2, "calldata")], &[Delegatecall]),
        ("sabre", "env.set_state(i32)->i32", &[(0, "storage-entry")], &[StorageWrite]),
        ("hyperchain-fvm", "env.fvm_storage_write(i32,i32,i32,i32,i32,i32)", &[(0, "storage-key"), (2, "storage-prefix"), (4, "storage-value")], &[StorageWrite]),
        ("xuperchain", "env._fetch_response(i32,i32)->i32", &[(0, "return-data")], &[HostBufferRead]),
        ("fabric-wapc", "wapc.__guest_request(i32,i32)", &[(0, "method-name"), (1, "calldata")], &[CalldataRead]),
        ("chainmaker", "wasi_snapshot_preview1.fd_write(i32,i32,i32,i32)->i32", &[], &[DebugLog]),
    ];
    for (platform, signature, whats, effects) in rows {
        let f = function(platform, signature);
        assert_eq!(*f.effects, **effects, "{platform} {signature}");
        for (at, what) in *whats {
            assert_eq!(f.args[*at].what, *what, "{platform} {signature}: argument {at}");
        }
    }
}

#[test]
fn results_have_types_of_their_own() {
    let rows = [
        (
            "near",
            "env.storage_has_key(i64,i64)->i64",
            HostResult::Answer,
        ),
        (
            "near",
            "env.promise_result(i64,i64)->i64",
            HostResult::Status { ok: Some(1) },
        ),
        ("near", "env.register_len(i64)->i64", HostResult::Length),
        (
            "near",
            "env.promise_batch_create(i64,i64)->i64",
            HostResult::Handle,
        ),
        ("soroban", "l.1(i64,i64)->i64", HostResult::Val),
        ("soroban", "l.0(i64,i64)->i64", HostResult::Answer),
        ("soroban", "l._(i64,i64,i64)->i64", HostResult::None),
        (
            "antelope",
            "env.db_find_i64(i64,i64,i64,i64)->i32",
            HostResult::Iterator,
        ),
        (
            "antelope",
            "env.current_receiver()->i64",
            HostResult::Number,
        ),
        ("cosmwasm", "env.db_read(i32)->i32", HostResult::Region),
        (
            "cosmwasm",
            "env.secp256k1_verify(i32,i32,i32)->i32",
            HostResult::Status { ok: Some(0) },
        ),
        (
            "cosmwasm",
            "env.secp256k1_recover_pubkey(i32,i32,i32)->i64",
            HostResult::RegionOrError,
        ),
        ("ink", "seal0.is_contract(i32)->i32", HostResult::Answer),
        // A hook of MultiversX that fails ends everything; only this one comes back.
        (
            "multiversx",
            "env.managedExecuteOnDestContext(i64,i32,i32,i32,i32,i32)->i32",
            HostResult::None,
        ),
        (
            "multiversx",
            "env.managedExecuteOnDestContextWithErrorReturn(i64,i32,i32,i32,i32,i32)->i32",
            HostResult::Status { ok: Some(0) },
        ),
    ];
    for (platform, signature, expected) in rows {
        assert_eq!(
            function(platform, signature).result,
            expected,
            "{platform} {signature}"
        );
    }
}

#[test]
fn arguments_link_to_their_lengths() {
    // Lengths come first on NEAR.
    let write = function("near", "env.storage_write(i64,i64,i64,i64,i64)->i64");
    assert_eq!((write.args[1].len, write.args[3].len), (Some(0), Some(2)));
    assert_eq!(write.args[4].role, Role::Register);
    assert!(model("near").registers);
    // On ink! the length of an output is in memory.
    let read = function("ink", "seal0.get_storage(i32,i32,i32)->i32");
    assert_eq!((read.args[0].size, read.args[1].len), (Some(32), Some(2)));
    assert_eq!(read.args[2].role, Role::InOutPtr);
    // Soroban counts values of eight bytes, and its addresses are tagged.
    let unpack = function("soroban", "v.h(i64,i64,i64)->i64");
    assert_eq!(
        (
            unpack.args[1].role,
            unpack.args[1].unit,
            unpack.args[1].tagged
        ),
        (Role::OutPtr, 8, true)
    );
    assert_eq!((unpack.args[1].len, unpack.args[2].tagged), (Some(2), true));
    assert_eq!(unpack.shown(), "vec_unpack_to_linear_memory");
    // MultiversX fills one handle from two others.
    let add = function("multiversx", "env.bigIntAdd(i32,i32,i32)");
    let roles: Vec<Role> = add.args.iter().map(|arg| arg.role).collect();
    assert_eq!(roles, [Role::OutHandle, Role::Handle, Role::Handle]);
    let append = function("multiversx", "env.mBufferAppend(i32,i32)->i32");
    assert_eq!(append.args[0].role, Role::InOutHandle);
}

#[test]
fn who_may_enter_again() {
    let may = |platform: &str, signature: &str, flags: Option<u64>| {
        let function = function(platform, signature);
        model(platform).may_reenter(function, &function.effects, flags)
    };
    let call = "seal1.call(i32,i32,i64,i32,i32,i32,i32,i32)->i32";
    assert!(!may("ink", call, Some(0)));
    assert!(may("ink", call, Some(0b1000)));
    assert!(may("ink", call, Some(0b1100)));
    assert!(
        may("ink", call, None),
        "flags that are not known may allow it"
    );
    assert!(
        !may("ink", call, Some(0b1_1000)),
        "a read-only callee changes nothing"
    );
    // Without flags it is always allowed.
    assert!(may(
        "ink",
        "seal0.call(i32,i32,i64,i32,i32,i32,i32,i32,i32)->i32",
        None
    ));
    assert!(!may("ink", "seal0.transfer(i32,i32,i32,i32)->i32", None));
    // Nothing protects the caller from a constructor, or the contract from foreign code that runs as its own.
    assert!(may(
        "ink",
        "seal1.instantiate(i32,i64,i32,i32,i32,i32,i32,i32,i32,i32,i32)->i32",
        None
    ));
    assert!(may(
        "ink",
        "seal0.delegate_call(i32,i32,i32,i32,i32,i32)->i32",
        Some(0)
    ));
    // What one import stands for decides.
    let concordium = model("concordium");
    let invoke = function("concordium", "concordium.invoke(i32,i32,i32)->i64");
    let may_invoke = |tag: &str| {
        let operation = concordium.virtual_function(invoke, tag).expect(tag);
        concordium.may_reenter(invoke, &operation.effects, None)
    };
    assert!(may_invoke("1"));
    assert!(!may_invoke("0"));
    assert!(may(
        "stylus",
        "vm_hooks.call_contract(i32,i32,i32,i32,i64,i32)->i32",
        None
    ));
    assert!(!may(
        "stylus",
        "vm_hooks.static_call_contract(i32,i32,i32,i64,i32)->i32",
        None
    ));
    assert!(!may("soroban", "d._(i64,i64,i64)->i64", None));
    assert!(!may(
        "near",
        "env.promise_create(i64,i64,i64,i64,i64,i64,i64,i64)->i64",
        None
    ));
    let sync = "env.call(i64,i64,i32,i32)->i64";
    assert!(may("antelope", sync, Some(0)));
    assert!(!may("antelope", sync, Some(1)));
}

#[test]
fn conditions_of_abort() {
    let check = function("antelope", "env.eosio_assert(i32,i32)");
    assert_eq!(check.aborts_if, Some(AbortsIf::Zero { arg: 0 }));
    let end = function("ink", "seal0.seal_return(i32,i32,i32)");
    assert_eq!(end.aborts_if, Some(AbortsIf::Set { arg: 0, mask: 1 }));
    let exit = function("stylus", "vm_hooks.exit_early(i32)");
    assert_eq!(
        exit.aborts_if,
        Some(AbortsIf::Set {
            arg: 0,
            mask: u64::MAX
        })
    );
}

#[test]
fn operations_behind_one_import() {
    let sys_call = function("chainmaker", "env.sys_call(i32,i32,i32,i32)->i32");
    let selector = sys_call.selector.as_ref().expect("a selector");
    assert_eq!((selector.arg, selector.encoding), (0, Encoding::EasyCodec));
    assert_eq!(selector.field.as_deref(), Some("method"));
    assert_eq!(sys_call.body.map(|body| body.arg), Some(2));
    let put = model("chainmaker")
        .virtual_function(sys_call, "PutState")
        .expect("PutState");
    let fields: Vec<(&str, &str)> = put.body.iter().map(|f| (&*f.name, &*f.what)).collect();
    assert_eq!(
        fields,
        [
            ("key", "storage-key"),
            ("field", "storage-field"),
            ("value", "storage-value")
        ]
    );
    let get = model("chainmaker")
        .virtual_function(sys_call, "GetState")
        .expect("GetState");
    assert!(
        get.body
            .iter()
            .any(|f| f.name == "value_ptr" && f.place == Place::Out)
    );

    let call = function("xuperchain", "env._call_method(i32,i32,i32,i32)->i32");
    let transfer = model("xuperchain")
        .virtual_function(call, "Transfer")
        .expect("Transfer");
    assert_eq!(*transfer.effects, [EffectKind::ValueTransfer]);
    let to = transfer
        .body
        .iter()
        .find(|f| f.what == "account")
        .expect("a receiver");
    assert_eq!((&*to.name, to.place), ("to", Place::Number(3)));

    let invoke = function("concordium", "concordium.invoke(i32,i32,i32)->i64");
    let selector = invoke.selector.as_ref().expect("a selector");
    assert_eq!((selector.arg, selector.encoding), (0, Encoding::Number));
    let pay = model("concordium")
        .virtual_function(invoke, "0")
        .expect("a transfer");
    assert_eq!(*pay.effects, [EffectKind::ValueTransfer]);
    let other = model("concordium")
        .virtual_function(invoke, "1")
        .expect("a call");
    assert!(other.effects.contains(&EffectKind::ExternalCall));
    assert_eq!(other.body[2].place, Place::Prefixed(2));
    assert!(model("concordium").virtual_function(invoke, "99").is_none());
}

#[test]
fn data_that_carries_identity_and_wishes() {
    let cosmwasm = model("cosmwasm");
    let info = cosmwasm.layout("message-info").expect("a layout");
    let fields: Vec<(&str, &str)> = info.fields.iter().map(|f| (&*f.name, &*f.what)).collect();
    // The last one is the name that the first versions gave to `funds`.
    let expected = [
        ("sender", "caller"),
        ("funds", "attached-value"),
        ("sent_funds", "attached-value"),
    ];
    assert_eq!(fields, expected);
    let send = cosmwasm
        .responses
        .iter()
        .find(|r| r.path == "bank.send")
        .expect("bank.send");
    assert_eq!(*send.effects, [EffectKind::ValueTransfer]);
    assert_eq!(&*send.fields[0].what, "account");

    let parameters = model("chainmaker").layout("calldata").expect("a layout");
    assert!(
        parameters
            .fields
            .iter()
            .any(|f| f.name == "__sender_pk__" && f.what == "caller")
    );
    assert_eq!(
        model("chainmaker").input_allocator.as_deref(),
        Some("allocate")
    );
    assert!(
        model("soroban")
            .values
            .iter()
            .any(|v| (&*v.name, v.value) == ("temporary", 0))
    );
}

#[test]
fn entry_points_by_name_and_type() {
    use EntryKind::*;
    let kind = |platform: &str, export: &str, types: &str| {
        let (_, _, ty) = import(&format!("x.x{types}"));
        model(platform)
            .entry_point(export, &ty)
            .map(|entry| entry.kind)
    };
    let rows = [
        ("near", "transfer", "()", Some(Call)),
        ("near", "new", "()", Some(Call)),
        ("near", "helper", "(i32)->i32", None),
        ("soroban", "deposit", "(i64,i64)->i64", Some(Call)),
        ("soroban", "__constructor", "()->i64", Some(Init)),
        (
            "soroban",
            "__check_auth",
            "(i64,i64,i64)->i64",
            Some(Callback),
        ),
        ("soroban", "_", "()", Some(Support)),
        ("antelope", "apply", "(i64,i64,i64)", Some(Call)),
        ("antelope", "apply", "()->i32", None),
        ("cosmwasm", "instantiate", "(i32,i32,i32)->i32", Some(Init)),
        ("cosmwasm", "sudo", "(i32,i32)->i32", Some(Admin)),
        ("cosmwasm", "migrate", "(i32,i32)->i32", Some(Admin)),
        ("cosmwasm", "reply", "(i32,i32)->i32", Some(Callback)),
        ("cosmwasm", "interface_version_8", "()", Some(Support)),
        ("cosmwasm", "allocate", "(i32)->i32", Some(Support)),
        ("ink", "deploy", "()", Some(Init)),
        ("ink", "call", "()->i32", Some(Call)),
        ("multiversx", "upgrade", "()", Some(Admin)),
        ("multiversx", "callBack", "()", Some(Callback)),
        ("multiversx", "endpoint", "()", Some(Call)),
        ("concordium", "init_escrow", "(i64)->i32", Some(Init)),
        ("concordium", "escrow.pay", "(i64)->i32", Some(Call)),
        ("chainmaker", "init_contract", "()", Some(Init)),
        ("chainmaker", "runtime_type", "()->i32", Some(Support)),
        ("icp", "canister_update transfer", "()", Some(Call)),
        ("icp", "canister_query balance", "()", Some(Query)),
        ("icp", "canister_post_upgrade", "()", Some(Admin)),
        ("gear", "handle_reply", "()", Some(Callback)),
        ("gear", "state", "()", Some(Query)),
        ("casper", "call", "()", Some(Init)),
        ("stylus", "user_entrypoint", "(i32)->i32", Some(Call)),
        ("xuperchain", "_initialize", "()", Some(Init)),
        ("xuperchain", "_increase", "()", Some(Call)),
    ];
    for (platform, export, types, expected) in rows {
        assert_eq!(
            kind(platform, export, types),
            expected,
            "{platform} {export}{types}"
        );
    }
    let (_, _, ty) = import("x.x(i64,i64,i64)");
    let apply = model("antelope").entry_point("apply", &ty).expect("apply");
    let whats: Vec<&str> = apply.args.iter().map(|arg| &*arg.what).collect();
    assert_eq!(whats, ["self", "first-receiver", "method-name"]);
}

#[test]
fn the_readme_has_every_word_and_an_example_that_works() {
    fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|word| name(*word)).collect()
    }
    let words = [
        names(EffectKind::ALL, EffectKind::name),
        names(Role::ALL, Role::name),
        names(ResultKind::ALL, ResultKind::name),
        names(Encoding::ALL, Encoding::name),
        names(EntryKind::ALL, EntryKind::name),
        names(Reentrancy::ALL, Reentrancy::name),
        names(Dispatch::ALL, Dispatch::name),
        names(Weight::ALL, Weight::name),
        names(WHATS, |(word, _)| word),
    ];
    for word in words.concat() {
        assert!(
            README.contains(&format!("| `{word}` |")),
            "the README does not explain `{word}`"
        );
    }
    for word in names(Floats::ALL, Floats::name) {
        assert!(
            README.contains(&format!("`{word}`")),
            "the README does not name `{word}`"
        );
    }

    assert!(
        README.contains(CONSORTIUM),
        "the README and corpus/consortium-host/host.toml differ"
    );
    let model = parse(CONSORTIUM).expect("the example is right");
    assert_eq!((&*model.id, model.public), ("harbor", false));
    let service = model
        .functions
        .iter()
        .find(|f| f.name == "service")
        .expect("service");
    let settle = model.virtual_function(service, "settle").expect("settle");
    assert_eq!(*settle.effects, [EffectKind::ValueTransfer]);
}

#[test]
fn errors_name_place_and_expectation() {
    let good = "[platform]\nid = 'x'\nname = 'X'\npublic = true\nreentrancy = 'allowed'\ndispatch = 'exports'\n";
    assert!(parse(good).is_ok());
    let error = |rest: &str| parse(&format!("{good}{rest}")).expect_err(rest);

    let wrong_role = error(
        "[[function]]\nname = 'f'\nargs = [{ name = 'a', role = 'in-prt' }]\neffects = ['hash']\n",
    );
    assert_eq!((wrong_role.line, wrong_role.column), (9, 30));
    assert_eq!(
        wrong_role.to_string(),
        "9:30: `in-prt` is not a role: did you mean `in-ptr`?"
    );

    let wrong_effect = error("[[function]]\nname = 'f'\neffects = ['hash', 'zzz']\n");
    assert!(
        matches!(
            &wrong_effect.problem,
            Problem::UnknownWord { nearest: None, .. }
        ),
        "{wrong_effect}"
    );
    assert!(
        wrong_effect
            .to_string()
            .contains("expected one of `storage-read`"),
        "{wrong_effect}"
    );

    let wrong_what = error(
        "[[function]]\nname = 'f'\nargs = [{ name = 'a', role = 'scalar', what = 'ammount' }]\neffects = ['hash']\n",
    );
    assert!(
        wrong_what.to_string().contains("did you mean `amount`?"),
        "{wrong_what}"
    );
    let own_word = "[[function]]\nname = 'f'\nargs = [{ name = 'a', role = 'scalar', what = 'x-invoice' }]\neffects = ['hash']\n";
    assert!(parse(&format!("{good}{own_word}")).is_ok());

    let rows = [
        (
            "[[function]]\nname = 'f'\nargs = [{ name = 'a', role = 'in-ptr', len = 'n' }]\neffects = ['hash']\n",
            "`n` is not an argument of this function",
        ),
        (
            "[[function]]\nname = 'f'\nargs = [{ name = 'a', role = 'in-ptr', len = 'n' }, { name = 'n', role = 'scalar' }]\neffects = ['hash']\n",
            "`n` is no length",
        ),
        (
            "[[function]]\nname = 'f'\nok = 0\neffects = ['hash']\n",
            "expected `result` beside it",
        ),
        (
            "[[function]]\nname = 'f'\nresult = 'number'\nok = 0\neffects = ['hash']\n",
            "only a status",
        ),
        (
            "[[function]]\nname = 'f'\neffects = []\n[[function]]\nname = 'f'\neffects = []\n",
            "described twice",
        ),
        (
            "[[virtual]]\nvia = ['env.f']\nselect = 'a'\neffects = []\n",
            "with a `selector`",
        ),
        ("[[sign]]\nweight = 'strong'\n", "names nothing"),
        (
            "[[entry]]\nname = 'e'\nkind = 'call'\nparams = ['i33']\n",
            "`i33` is not a type",
        ),
        ("colour = 'red'\n", "unknown field"),
    ];
    for (rest, expected) in rows {
        let error = error(rest);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.line > 6, "{error}");
    }
}

#[test]
fn broken_files_are_errors_within_the_file() {
    let lines: Vec<&str> = CONSORTIUM.lines().collect();
    let check = |text: &str| {
        if let Err(error) = parse(text) {
            assert!(error.span.end <= text.len(), "{error}");
            assert!(error.line <= text.lines().count() + 1, "{error}");
        }
    };
    for at in (0..CONSORTIUM.len()).filter(|at| CONSORTIUM.is_char_boundary(*at)) {
        check(&CONSORTIUM[..at]);
    }
    for left_out in 0..lines.len() {
        let rest = [&lines[..left_out], &lines[left_out + 1..]].concat();
        check(&rest.join("\n"));
    }
    for garbage in [
        "",
        "=",
        "[platform",
        "\u{feff}",
        "[[function]]\nname = 1",
        "é = [",
        "platform = 3",
    ] {
        assert!(parse(garbage).is_err(), "{garbage}");
        check(garbage);
    }
}
