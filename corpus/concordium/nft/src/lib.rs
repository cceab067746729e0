//! Non-fungible tokens after CIS-2: owners transfer them, or let operators do it.

#![cfg_attr(not(feature = "std"), no_std)]

use concordium_cis2::*;
use concordium_std::*;

type ContractTokenId = TokenIdU32;
type ContractTokenAmount = TokenAmountU8;

#[derive(Serialize, SchemaType)]
pub struct MintParams {
    owner: Address,
    #[concordium(size_length = 1)]
    tokens: collections::BTreeSet<ContractTokenId>,
}

#[derive(Serialize, SchemaType)]
pub struct BurnParams {
    owner: Address,
    token_id: ContractTokenId,
}

#[derive(Serialize, SchemaType)]
pub struct SetMetadata {
    token_id: ContractTokenId,
    url: String,
}

#[derive(Serial, DeserialWithState, Deletable)]
#[concordium(state_parameter = "S")]
struct AddressState<S = StateApi> {
    owned_tokens: StateSet<ContractTokenId, S>,
    operators: StateSet<Address, S>,
}

impl AddressState {
    fn empty(state_builder: &mut StateBuilder) -> Self {
        AddressState { owned_tokens: state_builder.new_set(), operators: state_builder.new_set() }
    }
}

#[derive(Serial, DeserialWithState)]
#[concordium(state_parameter = "S")]
struct State<S = StateApi> {
    state: StateMap<Address, AddressState<S>, S>,
    all_tokens: StateSet<ContractTokenId, S>,
    urls: StateMap<ContractTokenId, String, S>,
    minters: StateSet<Address, S>,
    paused: bool,
}

#[derive(Serialize, Debug, PartialEq, Eq, Reject, SchemaType)]
enum CustomContractError {
    #[from(ParseError)]
    ParseParams,
    LogFull,
    LogMalformed,
    TokenIdAlreadyExists,
    InvokeContractError,
    Paused,
}

type ContractError = Cis2Error<CustomContractError>;
type ContractResult<A> = Result<A, ContractError>;

impl From<LogError> for CustomContractError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Full => Self::LogFull,
            LogError::Malformed => Self::LogMalformed,
        }
    }
}

impl<T> From<CallContractError<T>> for CustomContractError {
    fn from(_: CallContractError<T>) -> Self {
        Self::InvokeContractError
    }
}

impl From<CustomContractError> for ContractError {
    fn from(error: CustomContractError) -> Self {
        Cis2Error::Custom(error)
    }
}

impl State {
    fn empty(state_builder: &mut StateBuilder) -> Self {
        State {
            state: state_builder.new_map(),
            all_tokens: state_builder.new_set(),
            urls: state_builder.new_map(),
            minters: state_builder.new_set(),
            paused: false,
        }
    }

    fn mint(
        &mut self,
        token: ContractTokenId,
        owner: &Address,
        state_builder: &mut StateBuilder,
    ) -> ContractResult<()> {
        ensure!(self.all_tokens.insert(token), CustomContractError::TokenIdAlreadyExists.into());
        let mut owner_state = self.state.entry(*owner).or_insert_with(|| AddressState::empty(state_builder));
        owner_state.owned_tokens.insert(token);
        Ok(())
    }

    fn contains_token(&self, token_id: &ContractTokenId) -> bool {
        self.all_tokens.contains(token_id)
    }

    fn balance(&self, token_id: &ContractTokenId, address: &Address) -> ContractResult<ContractTokenAmount> {
        ensure!(self.contains_token(token_id), ContractError::InvalidTokenId);
        let balance = self
            .state
            .get(address)
            .map(|address_state| u8::from(address_state.owned_tokens.contains(token_id)))
            .unwrap_or(0);
        Ok(balance.into())
    }

    fn is_operator(&self, address: &Address, owner: &Address) -> bool {
        self.state.get(owner).map(|address_state| address_state.operators.contains(address)).unwrap_or(false)
    }

    fn transfer(
        &mut self,
        token_id: &ContractTokenId,
        amount: ContractTokenAmount,
        from: &Address,
        to: &Address,
        state_builder: &mut StateBuilder,
    ) -> ContractResult<()> {
        ensure!(self.contains_token(token_id), ContractError::InvalidTokenId);
        if amount == 0.into() {
            return Ok(());
        }
        ensure!(amount == 1.into(), ContractError::InsufficientFunds);
        {
            let mut from_state = self.state.get_mut(from).ok_or(ContractError::InsufficientFunds)?;
            let had = from_state.owned_tokens.remove(token_id);
            ensure!(had, ContractError::InsufficientFunds);
        }
        let mut to_state = self.state.entry(*to).or_insert_with(|| AddressState::empty(state_builder));
        to_state.owned_tokens.insert(*token_id);
        Ok(())
    }

    fn add_operator(&mut self, owner: &Address, operator: &Address, state_builder: &mut StateBuilder) {
        let mut owner_state = self.state.entry(*owner).or_insert_with(|| AddressState::empty(state_builder));
        owner_state.operators.insert(*operator);
    }

    fn remove_operator(&mut self, owner: &Address, operator: &Address) {
        self.state.entry(*owner).and_modify(|address_state| {
            address_state.operators.remove(operator);
        });
    }
}

#[init(contract = "nft", event = "Cis2Event<ContractTokenId, ContractTokenAmount>")]
fn contract_init(_ctx: &InitContext, state_builder: &mut StateBuilder) -> InitResult<State> {
    Ok(State::empty(state_builder))
}

/// Anyone makes tokens for anyone.
#[receive(
    contract = "nft",
    name = "mint",
    parameter = "MintParams",
    error = "ContractError",
    enable_logger,
    mutable
)]
fn mint(ctx: &ReceiveContext, host: &mut Host<State>, logger: &mut impl HasLogger) -> ContractResult<()> {
    let params: MintParams = ctx.parameter_cursor().get()?;
    let (state, builder) = host.state_and_builder();
    for &token_id in params.tokens.iter() {
        state.mint(token_id, &params.owner, builder)?;
        logger.log(&Cis2Event::Mint(MintEvent {
            token_id,
            amount: ContractTokenAmount::from(1),
            owner: params.owner,
        }))?;
    }
    Ok(())
}

#[receive(
    contract = "nft",
    name = "mint_checked",
    parameter = "MintParams",
    error = "ContractError",
    enable_logger,
    mutable
)]
fn mint_checked(
    ctx: &ReceiveContext,
    host: &mut Host<State>,
    logger: &mut impl HasLogger,
) -> ContractResult<()> {
    let sender = ctx.sender();
    ensure!(
        sender.matches_account(&ctx.owner()) || host.state().minters.contains(&sender),
        ContractError::Unauthorized
    );
    let params: MintParams = ctx.parameter_cursor().get()?;
    let (state, builder) = host.state_and_builder();
    for &token_id in params.tokens.iter() {
        state.mint(token_id, &params.owner, builder)?;
        logger.log(&Cis2Event::Mint(MintEvent {
            token_id,
            amount: ContractTokenAmount::from(1),
            owner: params.owner,
        }))?;
    }
    Ok(())
}

/// Anyone destroys the tokens of anyone.
#[receive(contract = "nft", name = "burn", parameter = "BurnParams", error = "ContractError", mutable)]
fn burn(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let params: BurnParams = ctx.parameter_cursor().get()?;
    let state = host.state_mut();
    {
        let mut owner = state.state.get_mut(&params.owner).ok_or(ContractError::InsufficientFunds)?;
        ensure!(owner.owned_tokens.remove(&params.token_id), ContractError::InsufficientFunds);
    }
    state.all_tokens.remove(&params.token_id); //~ missing-subject-auth
    Ok(())
}

#[receive(
    contract = "nft",
    name = "burn_checked",
    parameter = "BurnParams",
    error = "ContractError",
    mutable
)]
fn burn_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let params: BurnParams = ctx.parameter_cursor().get()?;
    ensure!(
        ctx.sender() == params.owner || host.state().is_operator(&ctx.sender(), &params.owner),
        ContractError::Unauthorized
    );
    let state = host.state_mut();
    {
        let mut owner = state.state.get_mut(&params.owner).ok_or(ContractError::InsufficientFunds)?;
        ensure!(owner.owned_tokens.remove(&params.token_id), ContractError::InsufficientFunds);
    }
    state.all_tokens.remove(&params.token_id);
    Ok(())
}

type TransferParameter = TransferParams<ContractTokenId, ContractTokenAmount>;

#[receive(
    contract = "nft",
    name = "transfer",
    parameter = "TransferParameter",
    error = "ContractError",
    enable_logger,
    mutable
)]
fn transfer(ctx: &ReceiveContext, host: &mut Host<State>, logger: &mut impl HasLogger) -> ContractResult<()> {
    let TransferParams(transfers): TransferParameter = ctx.parameter_cursor().get()?;
    let sender = ctx.sender();
    for Transfer { token_id, amount, from, to, data } in transfers {
        let (state, builder) = host.state_and_builder();
        ensure!(!state.paused, CustomContractError::Paused.into());
        ensure!(from == sender || state.is_operator(&sender, &from), ContractError::Unauthorized);
        let to_address = to.address();
        state.transfer(&token_id, amount, &from, &to_address, builder)?;
        logger.log(&Cis2Event::Transfer(TransferEvent { token_id, amount, from, to: to_address }))?;
        if let Receiver::Contract(address, entrypoint_name) = to {
            let parameter = OnReceivingCis2Params { token_id, amount, from, data };
            host.invoke_contract(&address, &parameter, entrypoint_name.as_entrypoint_name(), Amount::zero())?;
        }
    }
    Ok(())
}

#[receive(
    contract = "nft",
    name = "updateOperator",
    parameter = "UpdateOperatorParams",
    error = "ContractError",
    enable_logger,
    mutable
)]
fn update_operator(
    ctx: &ReceiveContext,
    host: &mut Host<State>,
    logger: &mut impl HasLogger,
) -> ContractResult<()> {
    let UpdateOperatorParams(params) = ctx.parameter_cursor().get()?;
    let sender = ctx.sender();
    let (state, builder) = host.state_and_builder();
    for param in params {
        match param.update {
            OperatorUpdate::Add => state.add_operator(&sender, &param.operator, builder),
            OperatorUpdate::Remove => state.remove_operator(&sender, &param.operator),
        }
        logger.log(&Cis2Event::<ContractTokenId, ContractTokenAmount>::UpdateOperator(
            UpdateOperatorEvent { owner: sender, operator: param.operator, update: param.update },
        ))?;
    }
    Ok(())
}

/// Anyone says who makes tokens.
#[receive(contract = "nft", name = "add_minter", parameter = "Address", error = "ContractError", mutable)]
fn add_minter(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let minter: Address = ctx.parameter_cursor().get()?;
    host.state_mut().minters.insert(minter); //~ unprotected-privileged-write
    Ok(())
}

#[receive(
    contract = "nft",
    name = "add_minter_checked",
    parameter = "Address",
    error = "ContractError",
    mutable
)]
fn add_minter_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    ensure!(ctx.sender().matches_account(&ctx.owner()), ContractError::Unauthorized);
    let minter: Address = ctx.parameter_cursor().get()?;
    host.state_mut().minters.insert(minter);
    Ok(())
}

#[receive(
    contract = "nft",
    name = "set_metadata",
    parameter = "SetMetadata",
    error = "ContractError",
    mutable
)]
fn set_metadata(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    ensure!(ctx.sender().matches_account(&ctx.owner()), ContractError::Unauthorized);
    let params: SetMetadata = ctx.parameter_cursor().get()?;
    ensure!(host.state().contains_token(&params.token_id), ContractError::InvalidTokenId);
    let _ = host.state_mut().urls.insert(params.token_id, params.url);
    Ok(())
}

/// Anyone stops all transfers.
#[receive(contract = "nft", name = "set_paused", parameter = "bool", error = "ContractError", mutable)]
fn set_paused(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    host.state_mut().paused = ctx.parameter_cursor().get()?; //~ unprotected-privileged-write
    Ok(())
}

#[receive(
    contract = "nft",
    name = "set_paused_checked",
    parameter = "bool",
    error = "ContractError",
    mutable
)]
fn set_paused_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    ensure_eq!(ctx.sender(), Address::Account(ctx.owner()), ContractError::Unauthorized);
    host.state_mut().paused = ctx.parameter_cursor().get()?;
    Ok(())
}

type ContractBalanceOfQueryParams = BalanceOfQueryParams<ContractTokenId>;
type ContractBalanceOfQueryResponse = BalanceOfQueryResponse<ContractTokenAmount>;

#[receive(
    contract = "nft",
    name = "balanceOf",
    parameter = "ContractBalanceOfQueryParams",
    return_value = "ContractBalanceOfQueryResponse",
    error = "ContractError"
)]
fn balance_of(ctx: &ReceiveContext, host: &Host<State>) -> ContractResult<ContractBalanceOfQueryResponse> {
    let params: ContractBalanceOfQueryParams = ctx.parameter_cursor().get()?;
    let mut response = Vec::with_capacity(params.queries.len());
    for query in params.queries {
        response.push(host.state().balance(&query.token_id, &query.address)?);
    }
    Ok(ContractBalanceOfQueryResponse::from(response))
}

#[receive(
    contract = "nft",
    name = "tokenMetadata",
    parameter = "ContractTokenId",
    return_value = "MetadataUrl",
    error = "ContractError"
)]
fn token_metadata(ctx: &ReceiveContext, host: &Host<State>) -> ContractResult<MetadataUrl> {
    let token_id: ContractTokenId = ctx.parameter_cursor().get()?;
    let url = host.state().urls.get(&token_id).ok_or(ContractError::InvalidTokenId)?;
    Ok(MetadataUrl { url: url.clone(), hash: None })
}
