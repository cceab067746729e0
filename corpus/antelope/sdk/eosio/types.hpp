// Names, assets and digests, in the representation that Antelope gives them on the wire.
#pragma once
#include "host.hpp"
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace eosio {

inline void check(bool condition, const char* message) {
    if (!condition) eosio_assert(false, message);
}

/// Up to twelve characters of `.12345abcdefghijklmnopqrstuvwxyz`, five bits each, from the top.
struct name {
    uint64_t value = 0;

    constexpr name() = default;
    constexpr explicit name(uint64_t raw) : value(raw) {}
    constexpr explicit name(std::string_view text) {
        for (size_t i = 0; i < text.size() && i < 12; ++i) value |= digit(text[i]) << (59 - 5 * i);
    }

    constexpr operator bool() const { return value != 0; }
    friend constexpr bool operator==(name a, name b) { return a.value == b.value; }
    friend constexpr bool operator!=(name a, name b) { return a.value != b.value; }

private:
    static constexpr uint64_t digit(char c) {
        if (c >= 'a' && c <= 'z') return uint64_t(c - 'a') + 6;
        if (c >= '1' && c <= '5') return uint64_t(c - '1') + 1;
        return 0;
    }
};

constexpr name operator""_n(const char* text, size_t size) { return name(std::string_view(text, size)); }

/// The ticker and the number of decimals of a token.
struct symbol {
    uint64_t raw = 0;

    constexpr symbol() = default;
    constexpr symbol(std::string_view ticker, uint8_t precision) : raw(precision) {
        for (size_t i = 0; i < ticker.size(); ++i) raw |= uint64_t(uint8_t(ticker[i])) << (8 * (i + 1));
    }

    friend constexpr bool operator==(symbol a, symbol b) { return a.raw == b.raw; }
};

struct asset {
    int64_t amount = 0;
    eosio::symbol symbol;

    asset& operator+=(const asset& other) {
        check(symbol == other.symbol, "attempt to add asset with different symbol");
        check(!__builtin_add_overflow(amount, other.amount, &amount), "addition overflow");
        return *this;
    }
    asset& operator-=(const asset& other) {
        check(symbol == other.symbol, "attempt to subtract asset with different symbol");
        check(!__builtin_sub_overflow(amount, other.amount, &amount), "subtraction overflow");
        return *this;
    }
};

struct checksum256 {
    std::array<uint8_t, 32> bytes{};
};

inline void require_auth(name account) { ::require_auth(account.value); }
inline bool has_auth(name account) { return ::has_auth(account.value); }
inline bool is_account(name account) { return ::is_account(account.value); }
inline void require_recipient(name account) { ::require_recipient(account.value); }

inline checksum256 sha256(const char* data, size_t size) {
    checksum256 digest;
    ::sha256(data, size, &digest);
    return digest;
}

inline void print(std::string_view text) { prints_l(text.data(), text.size()); }

} // namespace eosio
