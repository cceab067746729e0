// The host functions of an Antelope node that the contracts of this corpus use. They are imported from `env`.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
using capi_name = uint64_t;

void eosio_assert(uint32_t test, const char* message);
void require_auth(capi_name account);
bool has_auth(capi_name account);
bool is_account(capi_name account);
void require_recipient(capi_name account);
uint32_t action_data_size();
uint32_t read_action_data(void* data, uint32_t size);
void send_inline(char* action, size_t size);
void send_deferred(const unsigned __int128& id, capi_name payer, const char* transaction, size_t size, uint32_t replace);
void prints_l(const char* text, uint32_t size);
void sha256(const char* data, uint32_t size, void* digest);
uint64_t current_time();
int32_t tapos_block_num();
int32_t tapos_block_prefix();

int32_t db_store_i64(capi_name scope, capi_name table, capi_name payer, uint64_t id, const void* data, uint32_t size);
void db_update_i64(int32_t row, capi_name payer, const void* data, uint32_t size);
void db_remove_i64(int32_t row);
int32_t db_get_i64(int32_t row, const void* data, uint32_t size);
int32_t db_find_i64(capi_name code, capi_name scope, capi_name table, uint64_t id);
int32_t db_lowerbound_i64(capi_name code, capi_name scope, capi_name table, uint64_t id);
int32_t db_next_i64(int32_t row, uint64_t* id);
int32_t db_previous_i64(int32_t row, uint64_t* id);
int32_t db_end_i64(capi_name code, capi_name scope, capi_name table);
}
