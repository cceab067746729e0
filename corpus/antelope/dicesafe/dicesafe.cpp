// A game of dice: a bet is kept until the house opens the number to which it committed before.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);

class [[eosio::contract("dicesafe")]] dicesafe : public contract {
public:
    using contract::contract;

    [[eosio::on_notify("eosio.token::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self() || to != get_self()) return;
        check(quantity.symbol == EOS && quantity.amount > 0, "only EOS is accepted");
        bets table(get_self(), get_self().value);
        check(table.find(from.value) == table.end(), "one bet at a time");
        table.emplace(get_self(), [&](auto& r) { r = {from, quantity}; });
    }

    /// The house commits to its number before bets are taken.
    [[eosio::action]]
    void commit(checksum256 number) {
        require_auth(get_self());
        rounds table(get_self(), get_self().value);
        table.set({number}, get_self());
    }

    [[eosio::action]]
    void reveal(name player, checksum256 number) {
        require_auth(get_self());
        auto digest = sha256(reinterpret_cast<const char*>(number.bytes.data()), number.bytes.size());
        rounds table(get_self(), get_self().value);
        check(digest.bytes == table.get_or_default().commitment.bytes, "not the number of the commitment");
        bets placed(get_self(), get_self().value);
        auto bet = placed.find(player.value);
        check(bet != placed.end(), "no such bet");
        asset stake = bet->stake;
        placed.erase(bet);
        if (number.bytes[0] % 100 >= 49) return;
        auto args = std::make_tuple(get_self(), player, asset{stake.amount * 2, EOS}, std::string("you won"));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send();
    }

private:
    struct [[eosio::table]] bet {
        name player;
        asset stake;
        uint64_t primary_key() const { return player.value; }
    };
    struct [[eosio::table("round")]] round {
        checksum256 commitment;
    };

    using bets = multi_index<"bets"_n.value, bet>;
    using rounds = singleton<"round"_n.value, round>;
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "commit"_n.value: return execute_action(self, first, &dicesafe::commit);
        case "reveal"_n.value: return execute_action(self, first, &dicesafe::reveal);
        default: check(false, "unknown action");
        }
    } else if (first == "eosio.token"_n && action == "transfer"_n.value) {
        execute_action(self, first, &dicesafe::on_transfer);
    }
}
