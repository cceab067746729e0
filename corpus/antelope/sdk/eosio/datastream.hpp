// Packing and unpacking: the fields of a structure one after the other, strings and lists with their length.
#pragma once
#include "types.hpp"
#include <cstring>
#include <tuple>
#include <type_traits>

namespace eosio {

class datastream {
public:
    datastream(char* begin, size_t size) : pos(begin), end(begin + size) {}

    void read(void* out, size_t size) {
        check(size_t(end - pos) >= size, "read");
        memcpy(out, pos, size);
        pos += size;
    }
    void write(const void* in, size_t size) {
        check(size_t(end - pos) >= size, "write");
        memcpy(pos, in, size);
        pos += size;
    }

private:
    char* pos;
    char* end;
};

/// Counts the bytes that packing would write.
class sizestream {
public:
    size_t size = 0;
    void write(const void*, size_t n) { size += n; }
};

namespace detail {

struct any {
    template <typename T> operator T() const;
};

template <typename T, typename Seq, typename = void> struct brace_constructible : std::false_type {};
template <typename T, size_t... I>
struct brace_constructible<T, std::index_sequence<I...>, std::void_t<decltype(T{(void(I), any{})...})>> : std::true_type {};

template <typename T, size_t N = 6> constexpr size_t field_count() {
    if constexpr (N == 0 || brace_constructible<T, std::make_index_sequence<N>>::value) return N;
    else return field_count<T, N - 1>();
}

/// Calls `f` with every field of a plain structure.
template <typename T, typename F> void for_each_field(T& v, F f) {
    constexpr size_t n = field_count<std::remove_const_t<T>>();
    if constexpr (n == 1) { auto& [a] = v; f(a); }
    else if constexpr (n == 2) { auto& [a, b] = v; f(a); f(b); }
    else if constexpr (n == 3) { auto& [a, b, c] = v; f(a); f(b); f(c); }
    else if constexpr (n == 4) { auto& [a, b, c, d] = v; f(a); f(b); f(c); f(d); }
    else if constexpr (n == 5) { auto& [a, b, c, d, e] = v; f(a); f(b); f(c); f(d); f(e); }
    else if constexpr (n == 6) { auto& [a, b, c, d, e, g] = v; f(a); f(b); f(c); f(d); f(e); f(g); }
}

template <typename T>
constexpr bool is_flat = std::is_arithmetic_v<T> || std::is_same_v<T, name> || std::is_same_v<T, symbol> ||
                         std::is_same_v<T, asset> || std::is_same_v<T, checksum256>;

} // namespace detail

template <typename S> void write_length(S& s, uint32_t n) {
    do {
        uint8_t byte = n & 0x7f;
        n >>= 7;
        if (n) byte |= 0x80;
        s.write(&byte, 1);
    } while (n);
}

inline uint32_t read_length(datastream& s) {
    uint32_t n = 0;
    uint8_t byte = 0x80;
    for (int shift = 0; shift < 35 && (byte & 0x80); shift += 7) {
        s.read(&byte, 1);
        n |= uint32_t(byte & 0x7f) << shift;
    }
    return n;
}

template <typename S, typename T> S& operator<<(S& s, const T& v) {
    if constexpr (detail::is_flat<T>) s.write(&v, sizeof v);
    else detail::for_each_field(v, [&](auto& field) { s << field; });
    return s;
}
template <typename S> S& operator<<(S& s, const std::string& v) {
    write_length(s, v.size());
    s.write(v.data(), v.size());
    return s;
}
template <typename S, typename T> S& operator<<(S& s, const std::vector<T>& v) {
    write_length(s, v.size());
    for (auto& item : v) s << item;
    return s;
}
template <typename S, typename... T> S& operator<<(S& s, const std::tuple<T...>& v) {
    std::apply([&](auto&... item) { ((s << item), ...); }, v);
    return s;
}

template <typename T> datastream& operator>>(datastream& s, T& v) {
    if constexpr (detail::is_flat<T>) s.read(&v, sizeof v);
    else detail::for_each_field(v, [&](auto& field) { s >> field; });
    return s;
}
inline datastream& operator>>(datastream& s, std::string& v) {
    v.resize(read_length(s));
    s.read(v.data(), v.size());
    return s;
}
template <typename T> datastream& operator>>(datastream& s, std::vector<T>& v) {
    v.resize(read_length(s));
    for (auto& item : v) s >> item;
    return s;
}
template <typename... T> datastream& operator>>(datastream& s, std::tuple<T...>& v) {
    std::apply([&](auto&... item) { ((s >> item), ...); }, v);
    return s;
}

template <typename T> std::vector<char> pack(const T& v) {
    sizestream measure;
    measure << v;
    std::vector<char> out(measure.size);
    datastream s(out.data(), out.size());
    s << v;
    return out;
}

} // namespace eosio
