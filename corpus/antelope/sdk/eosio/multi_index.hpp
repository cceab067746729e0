// Tables: rows keyed by a 64-bit primary key, and tables of a single row.
#pragma once
#include "datastream.hpp"
#include <memory>

namespace eosio {

template <uint64_t Table, typename Row> class multi_index {
    struct item {
        Row row;
        int32_t iterator;
        multi_index* table;
    };

public:
    class const_iterator {
    public:
        const Row& operator*() const { return found->row; }
        const Row* operator->() const { return &found->row; }
        friend bool operator==(const_iterator a, const_iterator b) { return a.found == b.found; }
        friend bool operator!=(const_iterator a, const_iterator b) { return a.found != b.found; }
        const_iterator& operator++() {
            check(found, "cannot increment end iterator");
            uint64_t key;
            int32_t next = db_next_i64(found->iterator, &key);
            found = next < 0 ? nullptr : found->table->load(next);
            return *this;
        }

    private:
        friend multi_index;
        item* found = nullptr;
    };

    multi_index(name code, uint64_t scope) : code(code), scope(scope) {}

    const_iterator end() const { return {}; }
    const_iterator begin() { return lower_bound(0); }

    const_iterator lower_bound(uint64_t key) {
        const_iterator result;
        int32_t iterator = db_lowerbound_i64(code.value, scope, Table, key);
        if (iterator >= 0) result.found = load(iterator);
        return result;
    }

    const_iterator find(uint64_t key) {
        const_iterator result;
        int32_t iterator = db_find_i64(code.value, scope, Table, key);
        if (iterator >= 0) result.found = load(iterator);
        return result;
    }

    const Row& get(uint64_t key, const char* message) {
        auto found = find(key);
        check(found != end(), message);
        return *found;
    }

    uint64_t available_primary_key() {
        uint64_t last;
        int32_t iterator = db_previous_i64(db_end_i64(code.value, scope, Table), &last);
        return iterator < 0 ? 0 : last + 1;
    }

    template <typename F> void emplace(name payer, F&& fill) {
        Row row{};
        fill(row);
        auto data = pack(row);
        db_store_i64(scope, Table, payer.value, row.primary_key(), data.data(), data.size());
    }

    template <typename F> void modify(const_iterator at, name payer, F&& change) {
        check(at != end(), "cannot pass end iterator to modify");
        uint64_t key = at->primary_key();
        change(at.found->row);
        check(key == at->primary_key(), "updater cannot change primary key when modifying an object");
        auto data = pack(at.found->row);
        db_update_i64(at.found->iterator, payer.value, data.data(), data.size());
    }

    const_iterator erase(const_iterator at) {
        check(at != end(), "cannot pass end iterator to erase");
        auto next = at;
        ++next;
        int32_t iterator = at.found->iterator;
        std::erase_if(items, [&](auto& known) { return known->iterator == iterator; });
        db_remove_i64(iterator);
        return next;
    }

private:
    item* load(int32_t iterator) {
        for (auto& known : items)
            if (known->iterator == iterator) return known.get();
        std::vector<char> data(db_get_i64(iterator, nullptr, 0));
        db_get_i64(iterator, data.data(), data.size());
        datastream s(data.data(), data.size());
        auto loaded = std::make_unique<item>();
        s >> loaded->row;
        loaded->iterator = iterator;
        loaded->table = this;
        items.push_back(std::move(loaded));
        return items.back().get();
    }

    name code;
    uint64_t scope;
    std::vector<std::unique_ptr<item>> items;
};

template <uint64_t Table, typename Value> class singleton {
    struct row {
        Value value;
        uint64_t primary_key() const { return Table; }
    };

public:
    singleton(name code, uint64_t scope) : table(code, scope) {}

    Value get_or_default() {
        auto at = table.find(Table);
        return at == table.end() ? Value{} : at->value;
    }

    void set(const Value& value, name payer) {
        auto at = table.find(Table);
        if (at == table.end()) table.emplace(payer, [&](row& r) { r.value = value; });
        else table.modify(at, payer, [&](row& r) { r.value = value; });
    }

private:
    multi_index<Table, row> table;
};

} // namespace eosio
