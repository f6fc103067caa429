// Passwords that are guessed first: the most frequent ones of public leaks that are long enough to be set here.

const list = `
123456789 12345678 1234567890 password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword
qwertyuiop qwerty123 qwerty1234 qwerty12345 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc qwertyui asdfghjkl asdfasdf
zxcvbnm123 iloveyou iloveyou1 iloveyou2 sunshine sunshine1 princess princess1 football football1 baseball baseball1
basketball superman superman1 batman123 trustno1 welcome1 welcome123 welcome2024 welcome2025 welcome2026 letmein1
letmein123 whatever whatever1 starwars starwars1 computer computer1 michelle michelle1 jennifer jennifer1 jessica1
charlie1 corvette maverick mercedes midnight mountain internet internet1 samantha patricia victoria elizabeth
alexander benjamin nicholas jonathan christian christopher liverpool liverpool1 arsenal1 chelsea1 barcelona
realmadrid manchester manunited juventus pokemon1 dragon123 monkey123 shadow123 master123 killer123 hunter12
hunter123 secret123 admin123 admin1234 administrator administrator1 rootroot changeme changeme1 changeme123 default1
default123 temp1234 temporary test1234 testtest testing1 testing123 guest123 password! password1! passwort
passwort1 motdepasse contrasena contraseña hasloHaslo qwertz123 qwertzuiop azertyuiop azerty123 11111111 111111111
1111111111 00000000 000000000 0000000000 22222222 55555555 66666666 77777777 88888888 99999999 12121212 123123123
12341234 112233445566 11223344 1122334455 123321123 87654321 987654321 9876543210 0987654321 0123456789 123456780
123456781 1234567891 12345678910 123456789a 123456789q a123456789 a1234567 a12345678 abcd1234 abc12345 abcdefgh
abcdefg1 abcdefghi aa123456 aa12345678 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qweasdzxc asdf1234 zaq12wsx zaq1zaq1
1a2b3c4d bitcoin1 bitcoin123 ethereum ethereum1 crypto123 cryptotalks satoshi1 satoshi123 blockchain hodlhodl tothemoon
freedom1 friends1 forever1 loveyou1 lovelove babygirl babygirl1 butterfly chocolate chocolate1 cookie123 flower123
summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025 autumn2026
january1 december november september monday123 friday13 nothing1 anything something jordan23 michael1 matthew1
daniel123 thomas123 andrew123 joshua123 anthony1 ashley123 justin123 hannah123 jasmine1 brandon1 snoopy123
mustang1 harley123 ferrari1 porsche1 yamaha123 google123 facebook facebook1 linkedin linkedin1 samsung1 samsung123
apple123 microsoft windows1 dropbox1 pa55word pa55w0rd passpass passport pass1234 pass12345 mypassword mypassword1
`

const common = new Set(list.toLowerCase().trim().split(/\s+/))

/** Whether a password is among the first that an attacker tries, in whatever case and width it is written. */
export const isCommonPassword = (password: string): boolean =>
  common.has(password.normalize('NFKC').toLowerCase())
