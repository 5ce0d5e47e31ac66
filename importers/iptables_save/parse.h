// One command line of a dump ("-A INPUT -p tcp …", counters in front allowed) as an AST.
//
//   RuleAst ast;                              // reuse it: its vectors keep their memory
//   parse_line("-A INPUT -p tcp --dport 22 -j ACCEPT", ast);
//   ast.options[1].name                       // "dport"
//
// Never fails: what netfilter would refuse is in ast.problems. The AST points into `line`.
#pragma once

#include "importers/iptables_save/ast.h"

namespace fwproof::importers::iptables_save {

void parse_line(std::string_view line, RuleAst& ast);
// Only the words and the verb with its chain: enough for a first look at a line.
void parse_words(std::string_view line, RuleAst& ast);

}  // namespace fwproof::importers::iptables_save
