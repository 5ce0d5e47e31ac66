#include "report/write_trace.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/escape.h"
#include "report/source_lines.h"
#include "report/words.h"
#include "report/json.h"

namespace fwproof::report {
namespace {

using Json = nlohmann::ordered_json;
using model::Policy;
using model::RuleRef;

model::Origin origin_of(const Policy& policy, const RuleRef& ref) {
  if (ref.chain >= policy.chains.size()) return {};
  const model::Chain& chain = policy.chains[ref.chain];
  if (ref.rule == RuleRef::kAtEnd) return chain.at_end_origin;
  return ref.rule < chain.rules.size() ? chain.rules[ref.rule].origin : model::Origin{};
}

std::string name_of(const Policy& policy, const RuleRef& ref) {
  if (ref.chain >= policy.chains.size()) return {};
  const model::Chain& chain = policy.chains[ref.chain];
  if (ref.rule == RuleRef::kAtEnd) return fmt::format("{} of {}", chain.at_end_text.empty() ? "end" : chain.at_end_text, chain.name);
  if (ref.rule < chain.rules.size() && !chain.rules[ref.rule].name.empty()) return chain.rules[ref.rule].name;
  return fmt::format("rule {} of {}", ref.rule + 1, chain.name);
}

Json place_json(const SourceLines& lines, const model::Origin& origin) {
  Json json = Json::object();
  if (origin.line == 0) return json;
  json["file"] = lines.path(origin);
  json["line"] = origin.line;
  return json;
}

Json decided_json(const SourceLines& lines, const TraceStep& step) {
  if (!step.outcome.decided) return {{"device", step.device}, {"rule", "nothing in this hook decides"}};
  Json json = place_json(lines, origin_of(*step.policy, step.outcome.decided_by));
  json["rule"] = name_of(*step.policy, step.outcome.decided_by);
  json["device"] = step.device;
  return json;
}

// A name that the policy does not mention is shown as it was given.
std::string words(const Trace& trace, const model::Packet& packet, const Policy* policy) {
  std::string text = packet_words(packet, policy);
  for (const auto& [field, name] : trace.names) {
    const std::string plain = fmt::format("{} {}", model::field_text(field), value_text(field, packet.family, packet.has(field) ? packet.get(field) : 0, policy));
    if (const size_t at = text.find(", " + plain); packet.has(field) && at != std::string::npos)
      text.replace(at + 2, plain.size(), fmt::format("{} {}", model::field_text(field), name));
  }
  return text;
}

Json packet_out(const Trace& trace) {
  const TraceStep& last = trace.steps.back();
  Json json = packet_json(last.outcome.out, last.policy);
  for (const auto& [field, name] : trace.names)
    if (const std::string key(model::field_text(field)); json.contains(key)) json[key] = name;
  return json;
}

// Fields that only a device knows, such as its profile, are no change of the packet.
bool is_rewritten(const Trace& trace) {
  const model::Packet& out = trace.steps.back().outcome.out;
  for (size_t i = 0; i < model::kFields; ++i) {
    const auto field = static_cast<model::Field>(i);
    if (field != model::Field::ct_status && trace.packet.has(field) && out.has(field) && out.get(field) != trace.packet.get(field)) return true;
    if ((field == model::Field::mark || field == model::Field::connmark) && out.has(field) && !trace.packet.has(field)) return true;
  }
  return false;
}

// What one rule did is one line.
std::vector<model::Step> merged(const std::vector<model::Step>& trail) {
  std::vector<model::Step> steps;
  for (const model::Step& step : trail) {
    if (steps.empty() || steps.back().rule != step.rule)
      steps.push_back(step);
    else
      steps.back().what += ", " + step.what;
  }
  return steps;
}

void write_step(std::ostream& out, SourceLines& lines, const TraceStep& step) {
  out << "  " << escape(step.device) << ", " << to_text(step.hook);
  if (!step.in.empty()) out << ", in " << escape(step.in);
  if (!step.out.empty()) out << ", out " << escape(step.out);
  out << '\n';
  if (!step.route.empty()) {
    out << "    " << (step.route_origin.line == 0 ? std::string("(routing)") : lines.place(step.route_origin)) << "  route " << escape(step.route) << '\n';
  }
  for (const model::Step& rule : merged(step.outcome.trail)) {
    const model::Origin origin = origin_of(*step.policy, rule.rule);
    out << "    " << (origin.line == 0 ? std::string("(default)") : lines.place(origin)) << "  " << escape(rule.what);
    if (const std::string text = lines.line(origin); !text.empty()) out << "  | " << escape_line(text);
    out << '\n';
  }
  for (const model::Dependence& dependence : step.outcome.depends_on) {
    out << "    depends on " << escape(dependence.kind) << ": " << escape(dependence.what);
    if (dependence.origin.line != 0) out << " (" << lines.place(dependence.origin) << ')';
    out << '\n';
  }
  if (step.outcome.limit_reached) out << "    too many ways to try: cannot tell\n";
  if (!step.outcome.arrives) out << "    sent on to another host: it does not arrive here\n";
  if (!step.packet) return;
  const std::string before = flow_words(*step.packet), after = flow_words(step.outcome.out);
  if (step.outcome.verdict == model::Verdict::accept && before != after) out << "    leaves as " << escape(after) << '\n';
}

void write_end(std::ostream& out, SourceLines& lines, const TraceEnd& end) {
  if (end.text.empty()) return;
  out << "  " << escape(end.text);
  if (end.origin.line != 0) out << " (" << lines.place(end.origin) << ')';
  out << '\n';
}

Json way_json(const std::vector<TraceStep>& steps) {
  Json way = Json::array();
  for (const TraceStep& step : steps) {
    Json entry = {{"device", step.device}, {"hook", to_text(step.hook)}};
    if (!step.in.empty()) entry["in"] = step.in;
    if (!step.out.empty()) entry["out"] = step.out;
    if (!step.route.empty()) entry["route"] = step.route;
    if (step.packet) entry["packet_in"] = packet_json(*step.packet, step.policy);
    entry["packet_out"] = packet_json(step.outcome.out, step.policy);
    entry["verdict"] = to_text(step.outcome.verdict);
    way.push_back(std::move(entry));
  }
  return way;
}

model::Verdict verdict_of(const std::vector<TraceStep>& steps, const TraceEnd& end) {
  const bool through = steps.empty() || (steps.back().outcome.verdict == model::Verdict::accept && steps.back().outcome.arrives);
  return through ? end.verdict : steps.back().outcome.verdict;
}

}  // namespace

model::Verdict verdict_of(const Trace& trace) { return verdict_of(trace.steps, trace.end); }

nlohmann::ordered_json trace_json(const model::Sources& sources, const Trace& trace) {
  const SourceLines lines(sources);
  Json json = {{"verdict", to_text(verdict_of(trace))}};
  if (!trace.end.text.empty()) json["ends"] = trace.end.text;
  if (trace.answer) {
    json["answer"] = {{"verdict", to_text(verdict_of(trace.answer_steps, trace.answer_end))}};
    if (!trace.answer_steps.empty()) json["answer"]["packet_out"] = packet_json(trace.answer_steps.back().outcome.out, trace.answer_steps.back().policy);
    json["answer"]["way"] = way_json(trace.answer_steps);
    if (!trace.answer_end.text.empty()) json["answer"]["ends"] = trace.answer_end.text;
  }
  if (trace.steps.empty()) {
    json["packet_out"] = packet_json(trace.packet, nullptr);
    json["trail"] = Json::array();
    return json;
  }
  const TraceStep& last = trace.steps.back();
  if (trace.steps.size() > 1 || !last.in.empty()) json["way"] = way_json(trace.steps);
  if (last.outcome.verdict != model::Verdict::depends) json["decided_by"] = decided_json(lines, last);
  json["packet_out"] = packet_out(trace);
  json["trail"] = Json::array();
  Json depends = Json::array();
  for (const TraceStep& step : trace.steps) {
    for (const model::Step& rule : step.outcome.trail) {
      Json entry = place_json(lines, origin_of(*step.policy, rule.rule));
      entry["rule"] = name_of(*step.policy, rule.rule);
      entry["what"] = rule.what;
      entry["device"] = step.device;
      json["trail"].push_back(std::move(entry));
    }
    for (const model::Dependence& dependence : step.outcome.depends_on) {
      Json entry = place_json(lines, dependence.origin);
      entry["kind"] = dependence.kind;
      entry["what"] = dependence.what;
      depends.push_back(std::move(entry));
    }
  }
  if (!depends.empty()) json["depends_on"] = std::move(depends);
  if (!last.outcome.arrives) json["arrives"] = false;
  return json;
}

void write_trace(std::ostream& out, const model::Sources& sources, const Trace& trace, const Style& style) {
  SourceLines lines(sources);
  const model::Verdict verdict = verdict_of(trace);
  const Ink ink = verdict == model::Verdict::accept ? Ink::green : verdict == model::Verdict::depends ? Ink::yellow : Ink::red;
  out << style.paint(ink, to_text(verdict)) << "  " << escape(words(trace, trace.packet, trace.steps.empty() ? nullptr : trace.steps.front().policy)) << '\n';
  if (!trace.steps.empty()) {
    const TraceStep& last = trace.steps.back();
    if (verdict != model::Verdict::depends && verdict == last.outcome.verdict) {
      out << "  decided by ";
      if (last.outcome.decided) {
        const model::Origin origin = origin_of(*last.policy, last.outcome.decided_by);
        if (origin.line != 0) out << lines.place(origin) << ": ";
        out << escape(name_of(*last.policy, last.outcome.decided_by)) << '\n';
      } else {
        out << "nothing: no rule and no policy sees it\n";
      }
    }
    if (is_rewritten(trace)) out << "  leaves as " << escape(words(trace, last.outcome.out, last.policy)) << '\n';
  }
  for (const TraceStep& step : trace.steps) write_step(out, lines, step);
  write_end(out, lines, trace.end);
  if (!trace.answer) return;
  const model::Verdict back = verdict_of(trace.answer_steps, trace.answer_end);
  out << "answer " << to_text(back) << "  " << escape(flow_words(*trace.answer)) << '\n';
  for (const TraceStep& step : trace.answer_steps) write_step(out, lines, step);
  write_end(out, lines, trace.answer_end);
}

}  // namespace fwproof::report
