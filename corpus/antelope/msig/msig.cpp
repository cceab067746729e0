// Owners propose actions of the contract's account, and enough of them approve before one is executed.
#include <algorithm>
#include <eosio/eosio.hpp>

using namespace eosio;

class [[eosio::contract("msig")]] msig : public contract {
public:
    using contract::contract;

    [[eosio::action]]
    void setowners(std::vector<name> owners, uint32_t threshold) {
        require_auth(get_self());
        check(!owners.empty() && owners.size() <= 20, "one to twenty owners");
        check(threshold > 0 && threshold <= owners.size(), "threshold is out of range");
        for (name owner : owners) check(is_account(owner), "owner does not exist");
        config table(get_self(), get_self().value);
        table.set({owners, threshold}, get_self());
    }

    [[eosio::action]]
    void propose(name proposer, name account, name act, std::vector<char> data, uint32_t expires) {
        require_auth(proposer);
        check_owner(proposer);
        check(expires > now(), "expires in the past");
        check(data.size() <= 4096, "too long");
        proposals table(get_self(), get_self().value);
        table.emplace(proposer, [&](auto& r) {
            r = {table.available_primary_key(), proposer, account, act, data, {{proposer}, expires}};
        });
    }

    [[eosio::action]]
    void approve(name owner, uint64_t id) {
        require_auth(owner);
        check_owner(owner);
        proposals table(get_self(), get_self().value);
        auto found = table.find(id);
        check(found != table.end(), "no such proposal");
        check(now() < found->state.expires, "expired");
        for (name other : found->state.approved) check(other != owner, "approved already");
        table.modify(found, owner, [&](auto& r) { r.state.approved.push_back(owner); });
    }

    [[eosio::action]]
    void unapprove(name owner, uint64_t id) {
        require_auth(owner);
        proposals table(get_self(), get_self().value);
        auto found = table.find(id);
        check(found != table.end(), "no such proposal");
        table.modify(found, owner, [&](auto& r) { std::erase(r.state.approved, owner); });
    }

    /// The proposer takes it back, or anyone once it has expired.
    [[eosio::action]]
    void cancel(name canceler, uint64_t id) {
        require_auth(canceler);
        proposals table(get_self(), get_self().value);
        auto found = table.find(id);
        check(found != table.end(), "no such proposal");
        check(canceler == found->proposer || now() >= found->state.expires, "not yours, and not expired");
        table.erase(found);
    }

    [[eosio::action]]
    void exec(name executer, uint64_t id) {
        require_auth(executer);
        check_owner(executer);
        proposals table(get_self(), get_self().value);
        auto found = table.find(id);
        check(found != table.end(), "no such proposal");
        check(now() < found->state.expires, "expired");
        auto settings = config(get_self(), get_self().value).get_or_default();
        uint32_t count = 0;
        for (name owner : settings.owners) {
            auto& approved = found->state.approved;
            if (std::find(approved.begin(), approved.end(), owner) != approved.end()) ++count;
        }
        check(count >= settings.threshold, "not enough owners have approved");
        action call({get_self(), "active"_n}, found->account, found->act, std::tuple<>{});
        call.data = found->data;
        table.erase(found);
        call.send();
    }

private:
    struct progress {
        std::vector<name> approved;
        uint32_t expires;
    };
    struct [[eosio::table]] proposal {
        uint64_t id;
        name proposer;
        name account;
        name act;
        std::vector<char> data;
        progress state;
        uint64_t primary_key() const { return id; }
    };
    struct [[eosio::table("config")]] settings {
        std::vector<name> owners;
        uint32_t threshold;
    };

    using proposals = multi_index<"proposals"_n.value, proposal>;
    using config = singleton<"config"_n.value, settings>;

    static uint32_t now() { return uint32_t(current_time() / 1000000); }

    void check_owner(name account) {
        auto owners = config(get_self(), get_self().value).get_or_default().owners;
        check(std::find(owners.begin(), owners.end(), account) != owners.end(), "not an owner");
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "setowners"_n.value: return execute_action(self, first, &msig::setowners);
        case "propose"_n.value: return execute_action(self, first, &msig::propose);
        case "approve"_n.value: return execute_action(self, first, &msig::approve);
        case "unapprove"_n.value: return execute_action(self, first, &msig::unapprove);
        case "cancel"_n.value: return execute_action(self, first, &msig::cancel);
        case "exec"_n.value: return execute_action(self, first, &msig::exec);
        default: check(false, "unknown action");
        }
    }
}
