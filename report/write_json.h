// The result of `check`, `reach` and `import` as JSON (docs/check-output.schema.json), version inside.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "report/run.h"
#include "report/source_lines.h"

namespace fwproof::report {

constexpr int kSchema = 1;

nlohmann::ordered_json version_json(const std::string& version);
nlohmann::ordered_json inputs_json(const std::vector<Input>& inputs, bool with_constructs);
nlohmann::ordered_json diagnostics_json(const model::Sources& sources, std::vector<model::Diagnostic> diagnostics);
nlohmann::ordered_json packet_json(const model::Packet& packet, const model::Policy* policy);
nlohmann::ordered_json run_json(const Run& run);
// Pretty, ASCII only (what is not ASCII is escaped, so no control or bidirectional character reaches a terminal), a newline at the end.
void write_json(std::ostream& out, const nlohmann::ordered_json& json);
// One line, as write_json.
void write_json_line(std::ostream& out, const nlohmann::ordered_json& json);

// The neutral model of one imported host, for `import`.
nlohmann::ordered_json policy_json(const model::Sources& sources, const model::Policy& policy);

}  // namespace fwproof::report
