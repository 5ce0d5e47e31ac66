// nft's text and nft's JSON into a Ruleset.
#pragma once

#include "importers/nftables/ast.h"
#include "importers/nftables/context.h"

namespace fwproof::importers::nftables {

// Requires: the section's lines outlive the rule set. Lines that are no rules get their class here, rules get it when they are lowered.
void parse_text(const Section& section, Ruleset& ruleset, Context& context);
// `text` is the whole document and must outlive the rule set.
void parse_json(const Section& section, std::string_view text, Ruleset& ruleset, Context& context);
bool is_json(std::span<const std::string_view> lines);

// Used by both: what a command does to the rule set.
void flush_ruleset(Ruleset& ruleset, std::optional<TableFamily> family);
void append_rule(ChainAst& chain, RuleAst rule);

}  // namespace fwproof::importers::nftables
