// Sources: three printed outputs of Spanish Windows 10 on GitHub (a classroom guide on blocking HTTP, a utility script, the tests of a
// kiosk program): Dentro and Fuera for the direction, LocalIP to RemotePort untranslated, "Cruce seguro del perímetro" one column off;
// profile headings and ACTIVAR from the tests of two firewall checkers.
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP850", "CP1252", "CP437"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Nombre de regla"}, {Key::description, "Descripción"}, {Key::enable, "Habilitada"}, {Key::enable, "Habilitado"},
    {Key::direction, "Dirección"}, {Key::profile, "Perfiles"}, {Key::group, "Agrupamiento"}, {Key::local_ip, "IP local"},
    {Key::remote_ip, "IP remota"}, {Key::protocol, "Protocolo"}, {Key::local_port, "Puerto local"}, {Key::remote_port, "Puerto remoto"},
    {Key::edge, "Cruce seguro del perímetro"}, {Key::program, "Programa"}, {Key::service, "Servicio"},
    {Key::interface_type, "Tipos de interfaz"}, {Key::computer_group, "Grupo de equipos remotos"},
    {Key::user_group, "Grupo de usuarios remotos"}, {Key::security, "Seguridad"}, {Key::source, "Origen de regla"},
    {Key::source, "Origen de la regla"}, {Key::action, "Acción"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Sí", "yes"}, {WordKind::yes_no, "No", "no"},
    {WordKind::direction, "Dentro", "in"}, {WordKind::direction, "Entrada", "in", true}, {WordKind::direction, "Fuera", "out"},
    {WordKind::direction, "Salida", "out", true},
    {WordKind::profile, "Dominio", "domain"}, {WordKind::profile, "Privada", "private"}, {WordKind::profile, "Privado", "private"},
    {WordKind::profile, "Pública", "public"}, {WordKind::profile, "Público", "public"},
    {WordKind::action, "Permitir", "allow"}, {WordKind::action, "Bloquear", "block"},
    {WordKind::any, "Cualquiera", "any"},
    {WordKind::on_off, "ACTIVAR", "on"}, {WordKind::on_off, "ACTIVADO", "on", true}, {WordKind::on_off, "DESACTIVAR", "off", true},
    {WordKind::on_off, "DESACTIVADO", "off", true}, {WordKind::security, "No requerido", "notrequired"},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "Configuración de Perfil de dominio"}, {HeadingKind::private_profile, "Configuración de Perfil privado"},
    {HeadingKind::public_profile, "Configuración de Perfil público"}, {HeadingKind::end, "Aceptar"},
    {HeadingKind::no_rules, "Ninguna regla coincide con los criterios especificados."},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "Estado"}, {SettingKind::policy, "Directiva de firewall"}, {SettingKind::other, "Registro"},
};

}  // namespace

const Language spanish = {"Spanish", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
