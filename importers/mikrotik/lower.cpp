#include "importers/mikrotik/lower.h"

namespace fwproof::importers::mikrotik {

using model::ActionKind;
using model::DiagnosticId;
using model::Field;
using model::LineClass;
using Sharing = model::UnknownCondition::Sharing;

std::string_view to_text(Table table) {
  switch (table) {
    case Table::raw: return "raw";
    case Table::mangle: return "mangle";
    case Table::nat: return "nat";
    case Table::filter: return "filter";
  }
  return "";
}

uint32_t MarkNames::id(std::string_view name) {
  if (name == "no-mark" || name == "main") return 0;
  return ids.try_emplace(std::string(name), static_cast<uint32_t>(ids.size() + 1)).first->second;
}

uint32_t Builder::unknown(std::string_view kind, std::string text, Sharing sharing, model::Origin origin) {
  if (text.size() > 300) text.resize(300);
  if (sharing == Sharing::pure) {
    const auto [at, fresh] = pure_unknowns.try_emplace(std::string(kind) + '\0' + text, static_cast<uint32_t>(policy.unknowns.size()));
    if (!fresh) return at->second;
  }
  policy.unknowns.push_back({sharing, std::string(kind), std::move(text), origin});
  return static_cast<uint32_t>(policy.unknowns.size() - 1);
}

void RuleContext::worsen(LineClass to, std::string_view what) {
  if (to <= line_class) return;
  line_class = to;
  construct = what;
}

void RuleContext::tell(DiagnosticId id, model::Severity severity, std::string message, const Property* at, std::string note) {
  if (item.disabled()) return;
  const Span& span = item.spans.front();
  builder.report.tell(span, id, severity, std::move(message), at == nullptr ? 0 : at->line, at == nullptr ? 0 : at->column,
                      at == nullptr ? 0 : static_cast<uint32_t>(at->key.size() + 1 + at->value.size()), std::move(note));
}

void RuleContext::add_unknown(const Property& property, Sharing sharing, bool negated, LineClass to) {
  const std::string value = negated && property.value.starts_with('!') ? property.value.substr(1) : property.value;
  add({model::Unknown{builder.unknown(property.key, property.key + "=" + value, sharing, rule.origin)}, negated});
  worsen(to, property.key);
}

void RuleContext::refuse(const Property& property, DiagnosticId id, std::string_view kind) {
  tell(id, model::Severity::warning, "cannot read '" + property.value + "' as " + std::string(kind), &property, "RouterOS refuses such a rule");
  add({model::Unknown{builder.unknown(property.key, property.key + "=" + property.value, Sharing::per_visit, rule.origin)}});
  worsen(LineClass::unrecognised, "line that RouterOS refuses");
}

void RuleContext::emit(ActionKind kind, uint32_t index) { emit(rule, kind, index); }

void RuleContext::emit(model::Rule made, ActionKind kind, uint32_t index) {
  made.action = {kind, index};
  rules.push_back(std::move(made));
}

void RuleContext::emit_unknown(ActionKind kind, std::string text) {
  emit(kind, builder.unknown("action", std::move(text), Sharing::per_visit, rule.origin));
}

void RuleContext::emit_rewrite(model::Rule made, std::vector<model::Rewrite> steps, ActionKind then) {
  const auto index = static_cast<uint32_t>(builder.policy.rewrites.size());
  builder.policy.rewrites.push_back({std::move(steps), then});
  emit(std::move(made), ActionKind::rewrite, index);
}

model::Term tracked() { return {model::In{Field::state, model::IntervalSet::range(model::state_new, model::state_related)}}; }

}  // namespace fwproof::importers::mikrotik
