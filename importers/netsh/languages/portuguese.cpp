// Sources: `show rule … verbose` of a Windows in pt-BR, called real and dated 2026-10-02 in the tests of a game overlay (GitHub); two more
// Brazilian programs' tests with the same labels. LocalIP to RemotePort and NotRequired stay English.
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP850", "CP860", "CP1252", "CP437"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Nome da Regra"}, {Key::description, "Descrição"}, {Key::enable, "Habilitado"}, {Key::direction, "Direção"},
    {Key::profile, "Perfis"}, {Key::group, "Agrupamento"}, {Key::local_ip, "IP Local"}, {Key::remote_ip, "IP Remoto"},
    {Key::protocol, "Protocolo"}, {Key::local_port, "Porta Local"}, {Key::remote_port, "Porta Remota"},
    {Key::edge, "Travessia da borda"}, {Key::edge, "Passagem de borda"}, {Key::program, "Programa"}, {Key::service, "Serviço"},
    {Key::interface_type, "Tipos de Interface"}, {Key::computer_group, "Grupo de Computadores Remotos"},
    {Key::user_group, "Grupo de Usuários Remotos"}, {Key::security, "Segurança"}, {Key::source, "Origem da Regra"},
    {Key::action, "Ação"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Sim", "yes"}, {WordKind::yes_no, "Não", "no"},
    {WordKind::direction, "Entrada", "in"}, {WordKind::direction, "Saída", "out"},
    {WordKind::profile, "Domínio", "domain"}, {WordKind::profile, "Particular", "private"}, {WordKind::profile, "Privado", "private"},
    {WordKind::profile, "Público", "public"},
    {WordKind::action, "Permitir", "allow"}, {WordKind::action, "Bloquear", "block"},
    {WordKind::any, "Qualquer", "any"}, {WordKind::any, "Qualquer Um", "any"},
    {WordKind::on_off, "ATIVADO", "on", true}, {WordKind::on_off, "LIGADO", "on", true}, {WordKind::on_off, "DESATIVADO", "off", true},
    {WordKind::on_off, "DESLIGADO", "off", true},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "Configurações de Perfil de Domínio"}, {HeadingKind::private_profile, "Configurações de Perfil Privado"},
    {HeadingKind::private_profile, "Configurações de Perfil Particular"}, {HeadingKind::public_profile, "Configurações de Perfil Público"},
    {HeadingKind::end, "Ok."},
    {HeadingKind::no_rules, "Nenhuma regra corresponde aos critérios especificados."},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "Estado"}, {SettingKind::policy, "Política de Firewall"}, {SettingKind::policy, "Diretiva de Firewall"},
    {SettingKind::other, "Registro em Log"},
};

}  // namespace

const Language portuguese = {"Portuguese (Brazil)", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
