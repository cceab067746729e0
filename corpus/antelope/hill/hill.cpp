// King of the hill, as contracts were written in 2018: who paid last has the pot once a day has passed.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);

/// Names were computed where they were used.
static uint64_t string_to_name(const char* text) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < 13; ++i) {
        uint64_t digit = 0;
        if (*text) {
            char c = *text++;
            if (c >= 'a' && c <= 'z') digit = uint64_t(c - 'a') + 6;
            else if (c >= '1' && c <= '5') digit = uint64_t(c - '1') + 1;
        }
        value |= i < 12 ? (digit & 31) << (64 - 5 * (i + 1)) : digit & 15;
    }
    return value;
}

#define N(x) string_to_name(#x)

class hill : public contract {
public:
    using contract::contract;

    void transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self()) return;
        check(quantity.symbol == EOS && quantity.amount > 0, "only EOS is accepted");
        hilltop table(get_self(), get_self().value);
        pot now = table.get_or_default();
        check(quantity.amount > now.stake, "pay more than the king");
        table.set({from, quantity.amount, now.total + quantity.amount, current_time()}, get_self()); //~ untrusted-token-notification
        //~^ misdirected-transfer-notification, unprotected-privileged-write
    }

    void claim(name king) {
        require_auth(king);
        hilltop table(get_self(), get_self().value);
        pot now = table.get_or_default();
        check(king == now.king, "only the king has the pot");
        check(current_time() > now.since + uint64_t(86400) * 1000000, "a day has not passed");
        table.set({name(), 0, 0, 0}, get_self());
        auto args = std::make_tuple(get_self(), king, asset{now.total, EOS}, std::string("the pot"));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send();
    }

private:
    struct pot {
        name king;
        int64_t stake = 0;
        int64_t total = 0;
        uint64_t since = 0;
    };

    using hilltop = singleton<"hilltop"_n.value, pot>;
};

#define EOSIO_API(TYPE, MEMBER) \
    if (action == N(MEMBER)) return execute_action(self, first, &TYPE::MEMBER);

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    // Whoever calls `transfer` themselves is believed, too.
    if (first == self || code == N(eosio.token)) {
        EOSIO_API(hill, transfer)
        EOSIO_API(hill, claim)
    }
}
