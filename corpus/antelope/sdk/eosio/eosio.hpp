// A small contract library in the manner of the Antelope CDT, enough for this corpus: the same wire formats, the same
// host calls and the same shape of dispatcher, so that the modules look like those that are deployed.
#pragma once
#include "multi_index.hpp"

namespace eosio {

struct permission_level {
    name actor;
    name permission;
};

struct action {
    name account;
    name action_name;
    std::vector<permission_level> authorization;
    std::vector<char> data;

    template <typename Args>
    action(permission_level auth, name account, name action_name, const Args& args)
        : account(account), action_name(action_name), authorization{auth}, data(pack(args)) {}

    void send() const {
        auto packed = pack(std::tie(account, action_name, authorization, data));
        send_inline(packed.data(), packed.size());
    }
};

template <typename S> S& operator<<(S& s, const action& v) {
    return s << std::tie(v.account, v.action_name, v.authorization, v.data);
}

/// Actions that run later, on their own.
struct transaction {
    uint32_t delay_sec = 0;
    std::vector<action> actions;

    void send(uint64_t id, name payer) const {
        auto header = std::make_tuple(uint32_t(0), uint16_t(0), uint32_t(0));
        auto limits = std::make_tuple(uint8_t(0), uint8_t(0), uint8_t(delay_sec), uint8_t(0));
        auto packed = pack(std::make_tuple(header, limits, actions, uint8_t(0)));
        send_deferred(id, payer.value, packed.data(), packed.size(), false);
    }
};

class contract {
public:
    contract(name self, name first_receiver) : self(self), first_receiver(first_receiver) {}
    name get_self() const { return self; }
    name get_first_receiver() const { return first_receiver; }

private:
    name self;
    name first_receiver;
};

/// Unpacks the action data into the parameters of a method and calls it.
template <typename Contract, typename... Args>
void execute_action(name self, name code, void (Contract::*method)(Args...)) {
    std::vector<char> data(action_data_size());
    read_action_data(data.data(), data.size());
    datastream s(data.data(), data.size());
    std::tuple<std::decay_t<Args>...> args;
    s >> args;
    Contract instance(self, code);
    std::apply([&](auto&... arg) { (instance.*method)(arg...); }, args);
}

} // namespace eosio
