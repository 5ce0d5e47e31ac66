#include "report/write_trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/json_text.h"
#include "report/source_lines.h"
#include "report/words.h"

namespace fwproof::report {
namespace {

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

void put_place(JsonText& json, const SourceLines& lines, const model::Origin& origin) {
  if (origin.line != 0) json.key("file").text(lines.path(origin)).key("line").number(origin.line);
}

void put_decided(JsonText& json, const SourceLines& lines, const TraceStep& step) {
  json.key("decided_by").open('{');
  if (step.outcome.decided) {
    put_place(json, lines, origin_of(*step.policy, step.outcome.decided_by));
    json.key("rule").text(name_of(*step.policy, step.outcome.decided_by)).key("device").text(step.device);
  } else {
    json.key("device").text(step.device).key("rule").text("nothing in this hook decides");
  }
  json.close('}');
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

using Names = std::map<model::Field, std::string>;

// Names that the packet came with stand as they were given.
void put_packet(JsonText& json, std::string_view key, const model::Packet& packet, const Policy* policy, const Names& names = {}) {
  json.key(key).open('{');
  for (size_t i = 0; i < model::kFields; ++i) {
    const auto field = static_cast<model::Field>(i);
    if (!is_shown(packet, field)) continue;
    json.key(model::field_text(field));
    if (const auto name = names.find(field); name != names.end()) json.text(name->second);
    else if (is_number(field)) json.number(static_cast<uint64_t>(packet.get(field)));
    else json.text(value_text(field, packet.family, packet.get(field), policy));
  }
  json.close('}');
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

void put_way(JsonText& json, const std::vector<TraceStep>& steps) {
  json.key("way").open('[');
  for (const TraceStep& step : steps) {
    json.open('{').key("device").text(step.device).key("hook").text(to_text(step.hook));
    if (!step.in.empty()) json.key("in").text(step.in);
    if (!step.out.empty()) json.key("out").text(step.out);
    if (!step.route.empty()) json.key("route").text(step.route);
    if (step.packet) put_packet(json, "packet_in", *step.packet, step.policy);
    put_packet(json, "packet_out", step.outcome.out, step.policy);
    json.key("verdict").text(to_text(step.outcome.verdict)).close('}');
  }
  json.close(']');
}

model::Verdict verdict_of(const std::vector<TraceStep>& steps, const TraceEnd& end) {
  const bool through = steps.empty() || (steps.back().outcome.verdict == model::Verdict::accept && steps.back().outcome.arrives);
  return through ? end.verdict : steps.back().outcome.verdict;
}

void put_answer(JsonText& json, const Trace& trace) {
  json.key("answer").open('{').key("verdict").text(to_text(verdict_of(trace.answer_steps, trace.answer_end)));
  if (!trace.answer_steps.empty()) put_packet(json, "packet_out", trace.answer_steps.back().outcome.out, trace.answer_steps.back().policy);
  put_way(json, trace.answer_steps);
  if (!trace.answer_end.text.empty()) json.key("ends").text(trace.answer_end.text);
  json.close('}');
}

void put_trail(JsonText& json, const SourceLines& lines, const Trace& trace) {
  json.key("trail").open('[');
  for (const TraceStep& step : trace.steps)
    for (const model::Step& rule : step.outcome.trail) {
      json.open('{');
      put_place(json, lines, origin_of(*step.policy, rule.rule));
      json.key("rule").text(name_of(*step.policy, rule.rule)).key("what").text(rule.what).key("device").text(step.device).close('}');
    }
  json.close(']');
}

void put_dependences(JsonText& json, const SourceLines& lines, const Trace& trace) {
  if (std::all_of(trace.steps.begin(), trace.steps.end(), [](const TraceStep& step) { return step.outcome.depends_on.empty(); })) return;
  json.key("depends_on").open('[');
  for (const TraceStep& step : trace.steps)
    for (const model::Dependence& dependence : step.outcome.depends_on) {
      json.open('{');
      put_place(json, lines, dependence.origin);
      json.key("kind").text(dependence.kind).key("what").text(dependence.what).close('}');
    }
  json.close(']');
}

}  // namespace

model::Verdict verdict_of(const Trace& trace) { return verdict_of(trace.steps, trace.end); }

void TraceWriter::write_json(std::string& out, const Trace& trace) {
  JsonText json(out);
  json.open('{').key("verdict").text(to_text(verdict_of(trace)));
  if (!trace.end.text.empty()) json.key("ends").text(trace.end.text);
  if (trace.answer) put_answer(json, trace);
  if (trace.steps.empty()) {
    put_packet(json, "packet_out", trace.packet, nullptr);
    json.key("trail").open('[').close(']');
  } else {
    const TraceStep& last = trace.steps.back();
    if (trace.steps.size() > 1 || !last.in.empty()) put_way(json, trace.steps);
    if (last.outcome.verdict != model::Verdict::depends) put_decided(json, lines_, last);
    put_packet(json, "packet_out", last.outcome.out, last.policy, trace.names);
    put_trail(json, lines_, trace);
    put_dependences(json, lines_, trace);
    if (!last.outcome.arrives) json.key("arrives").truth(false);
  }
  json.close('}');
  out += '\n';
}

void TraceWriter::write_problem_json(std::string& out, const std::string& problem) {
  JsonText(out).open('{').key("error").text(problem).close('}');
  out += '\n';
}

void TraceWriter::write_text(std::ostream& out, const Trace& trace, const Style& style) {
  SourceLines& lines = lines_;
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
