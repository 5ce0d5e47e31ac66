// JSON trees of what is written: for report/ itself and its tests. Others write with report/write_json.h.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/run.h"
#include "report/source_lines.h"

namespace fwproof::report {

nlohmann::ordered_json version_json(const std::string& version);
nlohmann::ordered_json inputs_json(const std::vector<Input>& inputs, bool with_constructs);
nlohmann::ordered_json diagnostics_json(const model::Sources& sources, std::vector<model::Diagnostic> diagnostics);
nlohmann::ordered_json packet_json(const model::Packet& packet, const model::Policy* policy);
nlohmann::ordered_json region_json(const solver::Region& region, const model::Policy* policy);
nlohmann::ordered_json decider_json(SourceLines& lines, const solver::Decider& decider);
nlohmann::ordered_json dependence_json(const SourceLines& lines, const model::Dependence& dependence);
nlohmann::ordered_json assumption_json(const SourceLines& lines, const model::Assumption& assumption);
nlohmann::ordered_json run_json(const Run& run);
// The neutral model of one imported host, for `import`.
nlohmann::ordered_json policy_json(const model::Sources& sources, const model::Policy& policy);
// ASCII only (what is not ASCII is escaped, so no control or bidirectional character reaches a terminal), a newline at the end.
void write_json(std::ostream& out, const nlohmann::ordered_json& json);

}  // namespace fwproof::report
