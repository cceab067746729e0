// A game of dice: whoever sends EOS gets twice as much back, or nothing, in the same transaction.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);

class [[eosio::contract("dice")]] dice : public contract {
public:
    using contract::contract;

    /// Believes every token that calls itself EOS, also when the transfer was to another; the block tells the roll before
    /// it is bet on, and who loses can undo the bet.
    [[eosio::on_notify("*::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self()) return;
        check(quantity.symbol == EOS && quantity.amount > 0, "only EOS is accepted");
        uint32_t seed = uint32_t(tapos_block_prefix()) ^ uint32_t(tapos_block_num());
        if (seed % 100 >= 49) return;
        auto args = std::make_tuple(get_self(), from, asset{quantity.amount * 2, EOS}, std::string("you won"));
        auto payout = action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args);
        payout.send(); //~ untrusted-token-notification, misdirected-transfer-notification
        //~^ block-data-randomness, atomic-reveal-payout
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first != self && action == "transfer"_n.value) execute_action(self, first, &dice::on_transfer);
}
