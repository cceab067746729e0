// A company grants its own tokens to its people; they become theirs over time. Members of the board decide together.
#include <eosio/eosio.hpp>
#include <eosio/indexed.hpp>

using namespace eosio;

constexpr symbol SHARE("SHARE", 4);
constexpr uint32_t DAY = 86400;

class [[eosio::contract("vesting")]] vesting : public contract {
public:
    using contract::contract;

    [[eosio::action]]
    void setup(name token, name chair, uint32_t quorum) {
        require_auth(get_self());
        check(is_account(token) && is_account(chair), "account does not exist");
        check(quorum > 0 && quorum < 50, "quorum is out of range");
        config table(get_self(), get_self().value);
        auto now = table.get_or_default();
        table.set({token, chair, quorum, now.granted}, get_self());
    }

    [[eosio::action]]
    void seat(name member) {
        require_auth(chair());
        check(is_account(member), "member does not exist");
        board table(get_self(), get_self().value);
        check(table.find(member.value) == table.end(), "has a seat");
        table.emplace(get_self(), [&](auto& r) { r = {member, today()}; });
    }

    [[eosio::action]]
    void unseat(name member) {
        check(has_auth(chair()) || has_auth(member), "neither the chair nor the member");
        board table(get_self(), get_self().value);
        auto row = table.find(member.value);
        check(row != table.end(), "has no seat");
        table.erase(row);
    }

    [[eosio::action]]
    void propose(name member, name holder, asset quantity, uint32_t cliff, uint32_t days) {
        authorise(member);
        check(is_account(holder), "holder does not exist");
        check(quantity.symbol == SHARE && quantity.amount > 0, "quantity must be in SHARE");
        check(days > 0 && days <= 3650 && cliff <= days, "schedule is out of range");
        proposals table(get_self(), get_self().value);
        table.emplace(member, [&](auto& r) {
            r.id = table.available_primary_key();
            r.terms = {holder, quantity, cliff, days};
            r.approvals.push_back(member);
        });
    }

    [[eosio::action]]
    void approve(name member, uint64_t id) {
        authorise(member);
        proposals table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such proposal");
        for (auto& approved : row->approvals) check(approved != member, "approved already");
        table.modify(row, member, [&](auto& r) { r.approvals.push_back(member); });
    }

    [[eosio::action]]
    void revoke(name member, uint64_t id) {
        require_auth(member);
        proposals table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such proposal");
        table.modify(row, member, [&](auto& r) { std::erase(r.approvals, member); });
    }

    /// Anyone may carry out what the board has decided.
    [[eosio::action]]
    void execute(uint64_t id) {
        proposals table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such proposal");
        config store(get_self(), get_self().value);
        auto settings = store.get_or_default();
        check(row->approvals.size() >= settings.quorum, "not enough approvals");
        grant_terms terms = row->terms;
        table.erase(row);
        settings.granted += terms.quantity.amount;
        store.set(settings, get_self());
        grants list(get_self(), get_self().value);
        list.emplace(get_self(), [&](auto& r) {
            r = {list.available_primary_key(), terms.holder, terms, {0, SHARE}, today()};
        });
        require_recipient(terms.holder);
    }

    [[eosio::action]]
    void claim(name holder, uint64_t id) {
        require_auth(holder);
        grants table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such grant");
        check(row->holder == holder, "not your grant");
        asset due = vested(*row);
        due -= row->claimed;
        check(due.amount > 0, "nothing to claim");
        table.modify(row, name(), [&](auto& r) { r.claimed += due; });
        send(holder, due, "vested");
    }

    [[eosio::action]]
    void assign(name holder, name heir, uint64_t id) {
        require_auth(holder);
        require_auth(heir);
        grants table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end() && row->holder == holder, "not your grant");
        table.modify(row, heir, [&](auto& r) { r.holder = heir; });
    }

    /// What has not become the holder's goes back to the company.
    [[eosio::action]]
    void terminate(uint64_t id) {
        require_auth(chair());
        grants table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such grant");
        asset due = vested(*row);
        due -= row->claimed;
        name holder = row->holder;
        table.erase(row);
        if (due.amount > 0) send(holder, due, "terminated");
    }

    /// Shares that come in are the company's, whoever sends them; other tokens are turned away.
    [[eosio::on_notify("*::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (to != get_self() || from == get_self()) return;
        config store(get_self(), get_self().value);
        auto settings = store.get_or_default();
        check(get_first_receiver() == settings.token, "not the company's token");
        check(quantity.symbol == SHARE, "not the company's shares");
        funds table(get_self(), get_self().value);
        auto row = table.find(from.value);
        if (row == table.end()) table.emplace(get_self(), [&](auto& r) { r = {from, quantity}; });
        else table.modify(row, name(), [&](auto& r) { r.sent += quantity; });
    }

private:
    struct grant_terms {
        name holder;
        asset quantity;
        uint32_t cliff;
        uint32_t days;
    };
    struct [[eosio::table]] seat_row {
        name member;
        uint32_t since;
        uint64_t primary_key() const { return member.value; }
    };
    struct [[eosio::table]] proposal {
        uint64_t id;
        grant_terms terms;
        std::vector<name> approvals;
        uint64_t primary_key() const { return id; }
    };
    struct [[eosio::table]] grant {
        uint64_t id;
        name holder;
        grant_terms terms;
        asset claimed;
        uint32_t start;
        uint64_t primary_key() const { return id; }
        uint64_t by_holder() const { return holder.value; }
    };
    struct [[eosio::table]] fund {
        name from;
        asset sent;
        uint64_t primary_key() const { return from.value; }
    };
    struct [[eosio::table("config")]] settings {
        name token;
        name chair;
        uint32_t quorum;
        int64_t granted;
    };

    using board = multi_index<"board"_n.value, seat_row>;
    using proposals = multi_index<"proposals"_n.value, proposal>;
    using grants = indexed_table<"grants"_n.value, grant, indexed_by<"byholder"_n.value, &grant::by_holder>>;
    using funds = multi_index<"funds"_n.value, fund>;
    using config = singleton<"config"_n.value, settings>;

    static uint32_t today() { return uint32_t(current_time() / 1000000 / DAY); }

    name chair() { return config(get_self(), get_self().value).get_or_default().chair; }

    void authorise(name member) {
        require_auth(member);
        board table(get_self(), get_self().value);
        check(table.find(member.value) != table.end(), "has no seat");
    }

    static asset vested(const grant& g) {
        uint32_t passed = today() - g.start;
        if (passed < g.terms.cliff) return {0, SHARE};
        if (passed >= g.terms.days) return g.terms.quantity;
        return {int64_t(__int128(g.terms.quantity.amount) * passed / g.terms.days), SHARE};
    }

    void send(name to, asset quantity, const char* why) {
        name token = config(get_self(), get_self().value).get_or_default().token;
        auto args = std::make_tuple(get_self(), to, quantity, std::string(why));
        action({get_self(), "active"_n}, token, "transfer"_n, args).send();
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "setup"_n.value: return execute_action(self, first, &vesting::setup);
        case "seat"_n.value: return execute_action(self, first, &vesting::seat);
        case "unseat"_n.value: return execute_action(self, first, &vesting::unseat);
        case "propose"_n.value: return execute_action(self, first, &vesting::propose);
        case "approve"_n.value: return execute_action(self, first, &vesting::approve);
        case "revoke"_n.value: return execute_action(self, first, &vesting::revoke);
        case "execute"_n.value: return execute_action(self, first, &vesting::execute);
        case "claim"_n.value: return execute_action(self, first, &vesting::claim);
        case "assign"_n.value: return execute_action(self, first, &vesting::assign);
        case "terminate"_n.value: return execute_action(self, first, &vesting::terminate);
        default: check(false, "unknown action");
        }
    } else if (action == "transfer"_n.value) {
        execute_action(self, first, &vesting::on_transfer);
    }
}
