//! Reads host model files. `README.md` documents the form; this and [`super::form`] define it. The build script
//! reads the built-in models through it, too.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::Type;
use super::error::{HostFileError, Problem};
use super::form::*;
use super::model::*;
use super::words::*;

/// Reads a host model from the text of its file.
pub fn parse(text: &str) -> Result<HostModel, HostFileError> {
    read(text).map_err(|(problem, span)| HostFileError::new(text, span, problem))
}

/// A problem and where it is in the text.
type Fault = (Problem, Range<usize>);
type Result<T, E = Fault> = std::result::Result<T, E>;

/// What the file says of all its functions.
struct Defaults {
    module: String,
    word: Type,
}

fn read(text: &str) -> Result<HostModel> {
    let file: File = toml::from_str(text).map_err(|e| {
        let span = e.span().unwrap_or(0..0);
        (Problem::Form(e.message().to_owned()), span)
    })?;
    let platform = file.platform;
    let word_type = platform.word.as_ref().map(value_type).transpose()?;
    let defaults = Defaults {
        module: platform.module.unwrap_or_else(|| "env".to_owned()),
        word: word_type.unwrap_or(Type::I32),
    };

    let functions = functions(file.functions, &defaults)?;
    let virtual_functions = virtuals(file.virtuals, &functions)?;
    Ok(HostModel {
        id: identifier(platform.id)?.into(),
        name: platform.name.into(),
        public: platform.public,
        reentrancy: word(&platform.reentrancy)?,
        dispatch: word(&platform.dispatch)?,
        floats: match &platform.floats {
            Some(floats) => word(floats)?,
            None => Floats::Unknown,
        },
        registers: platform.registers,
        counted_handles: platform.counted_handles,
        named_keys: platform.named_keys,
        input_allocator: platform.input_allocator.map(Text::from),
        state_key: platform.state_key.map(Text::from),
        native_actions: texts(platform.native_actions),
        signs: each(file.signs, sign)?,
        entry_points: each(file.entries, |e| entry(e, &defaults))?,
        functions: functions.into(),
        virtual_functions: virtual_functions.into(),
        layouts: each(file.layouts, layout)?,
        values: named_values(file.values)?.into(),
        responses: each(file.responses, response)?,
    })
}

fn each<T, U: Clone>(items: Vec<T>, read: impl FnMut(T) -> Result<U>) -> Result<List<U>> {
    Ok(items
        .into_iter()
        .map(read)
        .collect::<Result<Vec<U>>>()?
        .into())
}

fn texts(items: Vec<String>) -> List<Text> {
    items.into_iter().map(Text::from).collect::<Vec<_>>().into()
}

fn fault<T>(at: &Spanned<T>, problem: Problem) -> Fault {
    (problem, at.span())
}

/// The variant that a word stands for.
fn word<W: Word>(text: &Str) -> Result<W> {
    let known = || W::ALL.iter().map(|w| w.name());
    W::from_name(text.get_ref())
        .ok_or_else(|| fault(text, Problem::unknown_word(W::A, text.get_ref(), known())))
}

fn words<W: Word>(items: &[Str]) -> Result<List<W>> {
    Ok(items.iter().map(word).collect::<Result<Vec<W>>>()?.into())
}

/// A word for what bytes mean.
fn what(text: Str) -> Result<What> {
    let known = WHATS.iter().map(|(w, _)| *w);
    if text.get_ref().starts_with("x-") || known.clone().any(|w| w == text.get_ref()) {
        return Ok(text.into_inner().into());
    }
    Err(fault(
        &text,
        Problem::unknown_word("a word for what bytes mean", text.get_ref(), known),
    ))
}

fn value_type(text: &Str) -> Result<Type> {
    Ok(match text.get_ref().as_str() {
        "i32" => Type::I32,
        "i64" => Type::I64,
        "f32" => Type::F32,
        "f64" => Type::F64,
        other => {
            let types = ["i32", "i64", "f32", "f64"].into_iter();
            return Err(fault(text, Problem::unknown_word("a type", other, types)));
        }
    })
}

fn identifier(text: Str) -> Result<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.get_ref().is_empty() || !text.get_ref().chars().all(fits) {
        return Err(fault(&text, Problem::Identifier(text.get_ref().clone())));
    }
    Ok(text.into_inner())
}

fn sign(raw: RawSign) -> Result<Sign> {
    if raw.imports.is_empty() && raw.exports.is_empty() && raw.sections.is_empty() {
        return Err(fault(&raw.weight, Problem::EmptySign));
    }
    Ok(Sign {
        imports: texts(raw.imports),
        exports: texts(raw.exports),
        sections: texts(raw.sections),
        weight: word(&raw.weight)?,
    })
}

fn entry(raw: RawEntry, defaults: &Defaults) -> Result<EntryPoint> {
    let (params, args) = match raw.args {
        Some(given) => {
            if raw.params.is_some() {
                return Err(fault(&given, Problem::ParamsTwice));
            }
            let (types, args) = args(given.into_inner(), defaults)?;
            (Types::These(types.into()), args)
        }
        None => (types(raw.params)?, Vec::new()),
    };
    Ok(EntryPoint {
        name: raw.name.into(),
        kind: word(&raw.kind)?,
        params,
        results: types(raw.results)?,
        returned: raw.returned.as_ref().map(word).transpose()?,
        args: args.into(),
    })
}

/// `["i64..."]` is any number of that type, no list at all anything.
fn types(raw: Option<Vec<Str>>) -> Result<Types> {
    let Some(raw) = raw else {
        return Ok(Types::Any);
    };
    if let [only] = raw.as_slice()
        && let Some(ty) = only.get_ref().strip_suffix("...")
    {
        let ty = Spanned::new(only.span(), ty.to_owned());
        return Ok(Types::Every(value_type(&ty)?));
    }
    let these = raw.iter().map(value_type).collect::<Result<Vec<_>>>()?;
    Ok(Types::These(these.into()))
}

fn functions(raw: Vec<RawFunction>, defaults: &Defaults) -> Result<Vec<HostFunction>> {
    let mut placed = Vec::new();
    for mut function in raw {
        let mut names = vec![function.name.clone()];
        names.append(&mut function.aliases);
        let model = function_model(function, defaults)?;
        for name in names {
            let alias = HostFunction {
                name: name.get_ref().clone().into(),
                ..model.clone()
            };
            placed.push((alias, name));
        }
    }
    placed.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    if let Some([(_, _), (_, twice)]) = placed
        .windows(2)
        .find(|pair| pair[0].0.order() == pair[1].0.order())
        .map(|p| [&p[0], &p[1]])
    {
        return Err(fault(
            twice,
            Problem::FunctionTwice(twice.get_ref().clone()),
        ));
    }
    Ok(placed.into_iter().map(|(function, _)| function).collect())
}

fn function_model(raw: RawFunction, defaults: &Defaults) -> Result<HostFunction> {
    let (params, args) = args(raw.args, defaults)?;
    let (results, result) = result(raw.result, raw.ok, raw.returns, defaults)?;
    let position = |name: &Str| position(&args, name);
    let call_flags = match raw.call_flags {
        Some(flags) => Some(CallFlags {
            arg: position(&flags.arg)?,
            allow_reentry: flags.allow_reentry,
            read_only: flags.read_only,
            tail_call: flags.tail_call,
        }),
        None => None,
    };
    let aborts_if = match raw.aborts_if {
        Some(RawAbortsIf { arg, set: None }) => Some(AbortsIf::Zero {
            arg: position(&arg)?,
        }),
        Some(RawAbortsIf {
            arg,
            set: Some(mask),
        }) => Some(AbortsIf::Set {
            arg: position(&arg)?,
            mask: mask.cast_unsigned(),
        }),
        None => None,
    };
    let selector = match raw.selector {
        Some(selector) => Some(Selector {
            arg: position(&selector.arg)?,
            encoding: word(&selector.encoding)?,
            field: selector.field.map(Text::from),
        }),
        None => None,
    };
    let body = match raw.body {
        Some(body) => Some(Body {
            arg: position(&body.arg)?,
            encoding: word(&body.encoding)?,
        }),
        None => None,
    };
    Ok(HostFunction {
        module: raw.module.unwrap_or_else(|| defaults.module.clone()).into(),
        name: raw.name.into_inner().into(),
        shown: raw.shown.map(Text::from),
        params: params.into(),
        results: results.into(),
        result,
        effects: words(&raw.effects)?,
        reentry: raw.reentry,
        atomic: raw.atomic,
        call_flags,
        aborts_if,
        selector,
        body,
        args: args.into(),
    })
}

fn result(
    kind: Option<Str>,
    ok: Option<Spanned<i64>>,
    returns: Option<Str>,
    defaults: &Defaults,
) -> Result<(Vec<Type>, HostResult)> {
    let Some(kind) = kind else {
        return match (
            ok.map(|ok| ok.span()),
            returns.map(|returns| returns.span()),
        ) {
            (Some(span), _) | (None, Some(span)) => Err((Problem::NoResult, span)),
            (None, None) => Ok((Vec::new(), HostResult::None)),
        };
    };
    let result = match word(&kind)? {
        ResultKind::Ignored => HostResult::None,
        ResultKind::Status => HostResult::Status {
            ok: ok.as_ref().map(|ok| *ok.get_ref()),
        },
        ResultKind::Answer => HostResult::Answer,
        ResultKind::Length => HostResult::Length,
        ResultKind::Filled => HostResult::Filled,
        ResultKind::Number => HostResult::Number,
        ResultKind::Order => HostResult::Order,
        ResultKind::Handle => HostResult::Handle,
        ResultKind::Val => HostResult::Val,
        ResultKind::ValOrError => HostResult::ValOrError,
        ResultKind::Region => HostResult::Region,
        ResultKind::RegionOrError => HostResult::RegionOrError,
        ResultKind::Pointer => HostResult::Pointer,
        ResultKind::Iterator => HostResult::Iterator,
    };
    if let (Some(ok), false) = (&ok, matches!(result, HostResult::Status { .. })) {
        return Err(fault(ok, Problem::OkWithoutStatus));
    }
    let ty = match (&returns, result) {
        (Some(ty), _) => value_type(ty)?,
        (None, HostResult::Val | HostResult::ValOrError | HostResult::RegionOrError) => Type::I64,
        (None, _) => defaults.word,
    };
    Ok((vec![ty], result))
}

fn args(raw: Vec<RawArg>, defaults: &Defaults) -> Result<(Vec<Type>, Vec<HostArg>)> {
    let mut types = Vec::new();
    let mut args: Vec<HostArg> = Vec::new();
    let mut links = Vec::new();
    for arg in raw {
        if args.iter().any(|a| a.name == *arg.name.get_ref()) {
            return Err(fault(
                &arg.name,
                Problem::ArgTwice(arg.name.get_ref().clone()),
            ));
        }
        let role: Role = word(&arg.role)?;
        types.push(match (&arg.ty, role) {
            (Some(ty), _) => value_type(ty)?,
            (None, Role::Name | Role::Val | Role::Hi | Role::Lo) => Type::I64,
            (None, _) => defaults.word,
        });
        if let Some(size) = &arg.size
            && (!role.is_pointer() || arg.len.is_some())
        {
            return Err(fault(size, Problem::Size));
        }
        if let Some(len) = arg.len {
            if !role.is_pointer() {
                return Err(fault(&len, Problem::LenOfNoPointer));
            }
            links.push((args.len(), len));
        }
        args.push(HostArg {
            name: arg.name.into_inner().into(),
            role,
            what: match arg.what {
                Some(text) => what(text)?,
                None => What::default(),
            },
            len: None,
            size: arg.size.map(Spanned::into_inner),
            unit: arg.unit.unwrap_or(1),
            tagged: arg.tagged,
            begins: arg.begins.into(),
            typed: arg.typed,
        });
    }
    for (pointer, len) in links {
        let target = position(&args, &len)?;
        let role = args[usize::from(target)].role;
        if !(matches!(role, Role::Len | Role::Cap) || role.is_pointer()) {
            return Err(fault(&len, Problem::LenIsNone(len.get_ref().clone())));
        }
        args[pointer].len = Some(target);
    }
    Ok((types, args))
}

fn position(args: &[HostArg], name: &Str) -> Result<u8> {
    let index = args.iter().position(|a| a.name == *name.get_ref());
    index.and_then(|i| u8::try_from(i).ok()).ok_or_else(|| {
        let names = args.iter().map(|a| &*a.name);
        fault(
            name,
            Problem::unknown_word("an argument of this function", name.get_ref(), names),
        )
    })
}

fn virtuals(raw: Vec<RawVirtual>, functions: &[HostFunction]) -> Result<Vec<VirtualFunction>> {
    let dispatching: Vec<String> = functions
        .iter()
        .filter(|f| f.selector.is_some())
        .map(|f| format!("{}.{}", f.module, f.name))
        .collect();
    let mut all = Vec::new();
    for raw in raw {
        let effects = words(&raw.effects)?;
        let body = each(raw.body, field)?;
        let gives = each(raw.gives, field)?;
        for via in raw.via {
            if !dispatching.contains(via.get_ref()) {
                let known = dispatching.iter().map(String::as_str);
                let a = "a function of this file with a `selector`";
                return Err(fault(&via, Problem::unknown_word(a, via.get_ref(), known)));
            }
            let model = VirtualFunction {
                via: via.get_ref().clone().into(),
                selector: raw.select.clone().into(),
                name: raw
                    .name
                    .clone()
                    .unwrap_or_else(|| raw.select.clone())
                    .into(),
                effects: effects.clone(),
                body: body.clone(),
                gives: gives.clone(),
            };
            all.push((model, via));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    let same = |pair: &&[(VirtualFunction, Str)]| pair[0].0.order() == pair[1].0.order();
    if let Some(pair) = all.windows(2).find(same) {
        let (model, via) = &pair[1];
        return Err(fault(
            via,
            Problem::FunctionTwice(model.selector.to_string()),
        ));
    }
    Ok(all.into_iter().map(|(model, _)| model).collect())
}

fn layout(raw: RawLayout) -> Result<Layout> {
    Ok(Layout {
        of: what(raw.of)?,
        encoding: word(&raw.encoding)?,
        fields: each(raw.fields, field)?,
        examples: raw.examples.into_iter().map(Text::from).collect(),
    })
}

fn response(raw: RawResponse) -> Result<Response> {
    Ok(Response {
        path: raw.path.into(),
        effects: words(&raw.effects)?,
        fields: each(raw.fields, field)?,
    })
}

fn field(raw: RawField) -> Result<Field> {
    let place = match (raw.out, raw.number, raw.size, raw.prefix) {
        (false, None, None, None) => Place::Named,
        (true, None, None, None) => Place::Out,
        (false, Some(number), None, None) => Place::Number(number),
        (false, None, Some(bytes), None) => Place::Bytes(bytes),
        (false, None, None, Some(bytes)) => Place::Prefixed(bytes),
        _ => return Err(fault(&raw.name, Problem::FieldPlaces)),
    };
    Ok(Field {
        name: raw.name.into_inner().into(),
        what: what(raw.what)?,
        place,
    })
}

fn named_values(raw: BTreeMap<Str, BTreeMap<String, i64>>) -> Result<Vec<NamedValue>> {
    let mut all = Vec::new();
    for (of, names) in raw {
        let of = what(of)?;
        all.extend(names.into_iter().map(|(name, value)| NamedValue {
            of: of.clone(),
            name: name.into(),
            value,
        }));
    }
    Ok(all)
}
