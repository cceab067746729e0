// What a contract links instead of a C library: an allocator that never frees, and aborts that the node can report.
#include "eosio/host.hpp"
#include <__verbose_abort>
#include <new>

extern "C" char __heap_base;

static uintptr_t next_free = 0;

extern "C" void* malloc(size_t size) {
    if (!next_free) next_free = reinterpret_cast<uintptr_t>(&__heap_base);
    uintptr_t start = (next_free + 15) & ~uintptr_t(15);
    next_free = start + size;
    size_t pages = (next_free + 0xffff) >> 16;
    size_t have = __builtin_wasm_memory_size(0);
    if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == size_t(-1))
        eosio_assert(false, "failed to allocate pages");
    return reinterpret_cast<void*>(start);
}

extern "C" void free(void*) {}
extern "C" size_t strlen(const char* text) {
    size_t length = 0;
    while (text[length]) ++length;
    return length;
}
extern "C" void* memchr(const void* data, int byte, size_t size) {
    auto bytes = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < size; ++i)
        if (bytes[i] == static_cast<unsigned char>(byte)) return const_cast<unsigned char*>(bytes + i);
    return nullptr;
}
extern "C" void abort() {
    eosio_assert(false, "abort() called");
    __builtin_unreachable();
}

void* operator new(size_t size) { return malloc(size); }
void* operator new[](size_t size) { return malloc(size); }
void operator delete(void* p) noexcept { free(p); }
void operator delete[](void* p) noexcept { free(p); }
void operator delete(void* p, size_t) noexcept { free(p); }
void operator delete[](void* p, size_t) noexcept { free(p); }

_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) { abort(); }
_LIBCPP_END_NAMESPACE_STD
