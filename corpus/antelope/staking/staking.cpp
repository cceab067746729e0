// Accounts stake EOS by transfer and earn a share of what the house puts in.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);
constexpr uint32_t LOCK = 3 * 86400;

class [[eosio::contract("staking")]] staking : public contract {
public:
    using contract::contract;

    [[eosio::on_notify("eosio.token::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self() || to != get_self()) return;
        check(quantity.amount > 0 && quantity.symbol == EOS, "only EOS is accepted");
        stakes table(get_self(), get_self().value);
        auto row = table.find(from.value);
        if (row == table.end()) table.emplace(get_self(), [&](auto& r) { r = {from, quantity, 0, now()}; });
        else {
            table.modify(row, name(), [&](auto& r) {
                r.staked += quantity;
                r.since = now();
            });
        }
    }

    /// Gives back a stake that belongs to another, to whoever asks.
    [[eosio::action]]
    void unstake(name owner, name to) {
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end(), "nothing is staked");
        check(now() > row->since + LOCK, "still locked");
        asset staked = row->staked;
        table.erase(row); //~ missing-subject-auth
        pay(to, staked, "unstaked");
    }

    [[eosio::action]]
    void unstakesafe(name owner) {
        require_auth(owner);
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end(), "nothing is staked");
        check(now() > row->since + LOCK, "still locked");
        asset staked = row->staked;
        table.erase(row);
        pay(owner, staked, "unstaked");
    }

    /// Adds what accrued; a stake below the divisor earns nothing, since it is divided first.
    [[eosio::action]]
    void accrue(name owner) {
        require_auth(owner);
        uint64_t rate = config(get_self(), get_self().value).get_or_default().rate;
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end(), "nothing is staked");
        uint64_t days = (now() - row->since) / 86400;
        check(days > 0 && days < 3650, "too early, or too late");
        uint64_t reward = uint64_t(row->staked.amount) / 1000000 * rate;
        table.modify(row, owner, [&](auto& r) { r.earned = reward; }); //~ divide-before-multiply
    }

    [[eosio::action]]
    void accruesafe(name owner) {
        require_auth(owner);
        uint64_t rate = config(get_self(), get_self().value).get_or_default().rate;
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end(), "nothing is staked");
        uint64_t days = (now() - row->since) / 86400;
        check(days > 0 && days < 3650, "too early, or too late");
        check(rate < 100000 && row->staked.amount < 1000000000000, "too much");
        uint64_t reward = uint64_t(row->staked.amount) * rate / 1000000;
        table.modify(row, owner, [&](auto& r) { r.earned = reward; });
    }

    /// Pays what was earned and forgets to write that down.
    [[eosio::action]]
    void claim(name owner) {
        require_auth(owner);
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end() && row->earned > 0, "nothing was earned");
        auto args = std::make_tuple(get_self(), owner, asset{int64_t(row->earned), EOS}, std::string("reward"));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send(); //~ lost-state-update
    }

    [[eosio::action]]
    void claimsafe(name owner) {
        require_auth(owner);
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end() && row->earned > 0, "nothing was earned");
        asset earned{int64_t(row->earned), EOS};
        table.modify(row, owner, [&](auto& r) { r.earned = 0; });
        pay(owner, earned, "reward");
    }

    /// Everybody who staked is in one loop: with enough of them nobody is paid any more.
    [[eosio::action]]
    void payall() {
        require_auth(get_self());
        stakes table(get_self(), get_self().value);
        for (auto row = table.begin(); row != table.end(); ++row) { //~ unbounded-loop
            if (row->earned == 0) continue;
            asset earned{int64_t(row->earned), EOS};
            table.modify(row, get_self(), [&](auto& r) { r.earned = 0; });
            pay(row->owner, earned, "reward");
        }
    }

    /// Goes on where the last call ended.
    [[eosio::action]]
    void paysome(uint64_t from, uint32_t limit) {
        require_auth(get_self());
        check(limit <= 50, "too many at once");
        stakes table(get_self(), get_self().value);
        auto row = table.lower_bound(from);
        for (uint32_t n = 0; n < limit && row != table.end(); ++n, ++row) {
            if (row->earned == 0) continue;
            asset earned{int64_t(row->earned), EOS};
            table.modify(row, get_self(), [&](auto& r) { r.earned = 0; });
            pay(row->owner, earned, "reward");
        }
    }

    [[eosio::action]]
    void setrate(name agent, uint64_t rate) {
        require_auth(get_self());
        config table(get_self(), get_self().value);
        table.set({agent, rate}, get_self());
    }

    /// Meant for the first day.
    [[eosio::action]]
    void import(name agent, uint64_t rate) {
        config table(get_self(), get_self().value);
        table.set({agent, rate}, get_self()); //~ unprotected-privileged-write
    }

    /// The agent takes a part of a stake.
    [[eosio::action]]
    void slash(name owner, int64_t amount) {
        require_auth(config(get_self(), get_self().value).get_or_default().agent);
        stakes table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end() && amount > 0 && row->staked.amount >= amount, "not that much is staked");
        table.modify(row, name(), [&](auto& r) { r.staked -= asset{amount, EOS}; });
    }

private:
    struct [[eosio::table]] stake {
        name owner;
        asset staked;
        uint64_t earned;
        uint32_t since;
        uint64_t primary_key() const { return owner.value; }
    };
    struct [[eosio::table("config")]] settings {
        name agent;
        uint64_t rate;
    };

    using stakes = multi_index<"stakes"_n.value, stake>;
    using config = singleton<"config"_n.value, settings>;

    static uint32_t now() { return uint32_t(current_time() / 1000000); }

    void pay(name to, asset quantity, const char* why) {
        auto args = std::make_tuple(get_self(), to, quantity, std::string(why));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send(); //~ external-call-in-loop
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "unstake"_n.value: return execute_action(self, first, &staking::unstake);
        case "unstakesafe"_n.value: return execute_action(self, first, &staking::unstakesafe);
        case "accrue"_n.value: return execute_action(self, first, &staking::accrue);
        case "accruesafe"_n.value: return execute_action(self, first, &staking::accruesafe);
        case "claim"_n.value: return execute_action(self, first, &staking::claim);
        case "claimsafe"_n.value: return execute_action(self, first, &staking::claimsafe);
        case "payall"_n.value: return execute_action(self, first, &staking::payall);
        case "paysome"_n.value: return execute_action(self, first, &staking::paysome);
        case "setrate"_n.value: return execute_action(self, first, &staking::setrate);
        case "import"_n.value: return execute_action(self, first, &staking::import);
        case "slash"_n.value: return execute_action(self, first, &staking::slash);
        default: check(false, "unknown action");
        }
    } else if (first == "eosio.token"_n && action == "transfer"_n.value) {
        execute_action(self, first, &staking::on_transfer);
    }
}
