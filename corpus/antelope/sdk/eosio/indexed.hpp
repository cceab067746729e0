// Tables that can also be looked up by other numbers than the primary key: one host index per number, kept in step.
#pragma once
#include "multi_index.hpp"
#include <utility>

extern "C" {
int32_t db_idx64_store(capi_name scope, capi_name table, capi_name payer, uint64_t id, const uint64_t* secondary);
void db_idx64_update(int32_t entry, capi_name payer, const uint64_t* secondary);
void db_idx64_remove(int32_t entry);
int32_t db_idx64_find_primary(capi_name code, capi_name scope, capi_name table, uint64_t* secondary, uint64_t primary);
int32_t db_idx64_lowerbound(capi_name code, capi_name scope, capi_name table, uint64_t* secondary, uint64_t* primary);
int32_t db_idx64_next(int32_t entry, uint64_t* primary);
}

namespace eosio {

template <uint64_t Name, auto Key> struct indexed_by {
    static constexpr uint64_t name = Name;
    template <typename Row> static uint64_t key(const Row& row) { return (row.*Key)(); }
};

template <uint64_t Table, typename Row, typename... Indices> class indexed_table : public multi_index<Table, Row> {
    using rows = multi_index<Table, Row>;

public:
    using const_iterator = typename rows::const_iterator;

    indexed_table(name code, uint64_t scope) : rows(code, scope), code(code), scope(scope) {}

    /// The first row whose number is at least this one, by the index of that name.
    template <uint64_t Index> const_iterator first(uint64_t secondary) {
        uint64_t primary = 0;
        int32_t entry = db_idx64_lowerbound(code.value, scope, table_of<Index>(), &secondary, &primary);
        return entry < 0 ? this->end() : this->find(primary);
    }

    /// The row that follows by the index of that name.
    template <uint64_t Index> const_iterator next(const_iterator at) {
        uint64_t secondary = 0, primary = 0;
        int32_t entry = db_idx64_find_primary(code.value, scope, table_of<Index>(), &secondary, at->primary_key());
        entry = db_idx64_next(entry, &primary);
        return entry < 0 ? this->end() : this->find(primary);
    }

    template <typename F> void emplace(name payer, F&& fill) {
        Row row{};
        fill(row);
        auto data = pack(row);
        db_store_i64(scope, Table, payer.value, row.primary_key(), data.data(), data.size());
        each([&](uint64_t table, auto index) {
            uint64_t secondary = index.key(row);
            db_idx64_store(scope, table, payer.value, row.primary_key(), &secondary);
        });
    }

    template <typename F> void modify(const_iterator at, name payer, F&& change) {
        Row before = *at;
        rows::modify(at, payer, change);
        each([&](uint64_t table, auto index) {
            uint64_t secondary = index.key(*at);
            if (secondary == index.key(before)) return;
            uint64_t old;
            db_idx64_update(db_idx64_find_primary(code.value, scope, table, &old, at->primary_key()), payer.value, &secondary);
        });
    }

    const_iterator erase(const_iterator at) {
        uint64_t primary = at->primary_key();
        auto next = rows::erase(at);
        each([&](uint64_t table, auto) {
            uint64_t secondary;
            int32_t entry = db_idx64_find_primary(code.value, scope, table, &secondary, primary);
            if (entry >= 0) db_idx64_remove(entry);
        });
        return next;
    }

private:
    /// The host keeps an index as a table whose name ends in the index's number.
    static constexpr uint64_t table_name(uint64_t number) { return (Table & ~uint64_t(15)) | number; }

    template <uint64_t Index> static constexpr uint64_t table_of() {
        uint64_t number = 0, found = 0;
        ((Indices::name == Index ? found = number : 0, ++number), ...);
        return table_name(found);
    }

    template <typename F> static void each(F f) {
        uint64_t number = 0;
        (f(table_name(number++), Indices{}), ...);
    }

    name code;
    uint64_t scope;
};

} // namespace eosio
