/* Says inside a contract which of its data is sensitive, for contract-lint.
 *
 *     CONTRACT_LINT_SENSITIVE("param:regcard.idcard", "pi.id.national")
 *
 * What is said becomes a line in the custom section `contract-lint.policy.v1` of the module, and nothing in its code or
 * memory. The text passes through the assembler: quotes within a selector are written \\\".
 */
#ifndef CONTRACT_LINT_H
#define CONTRACT_LINT_H

#if defined(__wasm__)
#define CONTRACT_LINT_RECORD(text) \
    __asm__(".section \".custom_section.contract-lint.policy.v1\",\"\",@\n.ascii \"" text "\\n\"\n.text\n");
#else
#define CONTRACT_LINT_RECORD(text)
#endif

/* What the selector stands for is data of the class. */
#define CONTRACT_LINT_SENSITIVE(select, class_) CONTRACT_LINT_RECORD(select "=" class_)

/* The same, and it may appear in the clear in this zone or one more trusted. */
#define CONTRACT_LINT_SENSITIVE_IN(select, class_, zone) CONTRACT_LINT_RECORD(select "=" class_ ";min_zone=" zone)

#endif
