// Sources: an output with "Удаленный IP-адрес" in the deployment notes of an RDP guard (GitHub); the tests of four programs on GitHub that
// parse Russian listings (Входящее, Входящие, Исходящие; Разрешить, Блокировать; Частный); profile output with Параметры профиля "Домен",
// Состояние, Политика брандмауэра from the tests of a VPN client.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP866", "CP1251"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Имя правила"}, {Key::description, "Описание"}, {Key::enable, "Включено"}, {Key::direction, "Направление"},
    {Key::profile, "Профили"}, {Key::group, "Группировка"}, {Key::local_ip, "Локальный IP-адрес"}, {Key::remote_ip, "Удаленный IP-адрес"},
    {Key::protocol, "Протокол"}, {Key::local_port, "Локальный порт"}, {Key::remote_port, "Удаленный порт"}, {Key::program, "Программа"},
    {Key::service, "Служба"}, {Key::security, "Безопасность"}, {Key::action, "Действие"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Да", "yes"}, {WordKind::yes_no, "Нет", "no"},
    {WordKind::direction, "Входящие", "in"}, {WordKind::direction, "Входящее", "in"}, {WordKind::direction, "Исходящие", "out"},
    {WordKind::direction, "Исходящее", "out"},
    {WordKind::profile, "Домен", "domain"}, {WordKind::profile, "Частный", "private"}, {WordKind::profile, "Общий", "public"},
    {WordKind::action, "Разрешить", "allow"}, {WordKind::action, "Блокировать", "block"}, {WordKind::any, "Любой", "any"},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "Параметры профиля \"Домен\""}, {HeadingKind::private_profile, "Параметры профиля \"Частный\""},
    {HeadingKind::public_profile, "Параметры профиля \"Общий\""}, {HeadingKind::end, "ОК."},
};
constexpr SettingRow kSettings[] = {{SettingKind::state, "Состояние"}, {SettingKind::policy, "Политика брандмауэра"}};

}  // namespace

const Language russian = {"Russian", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
