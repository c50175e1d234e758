"""200 queries as people type them, each with the title of the seeded track that is meant.

Written by hand, 50 of each kind, before anything was tuned on them.
"""

MISSPELLED = """
bohemain rapsody = Bohemian Rhapsody
bohemian rapsody queen = Bohemian Rhapsody
bohemian rhapsodie = Bohemian Rhapsody
billy jean = Billie Jean
billie jeen = Billie Jean
micheal jackson = Billie Jean
michael jakson = Billie Jean
smels like teen spirit = Smells Like Teen Spirit
smells like teen sprit = Smells Like Teen Spirit
nirvanna = Smells Like Teen Spirit
halo beyonse = Halo
beyounce = Halo
miles daves = So What
rollin in the deep adel = Rolling in the Deep
roling in the deep = Rolling in the Deep
daft pank = One More Time
one mor time = One More Time
supersticion = Superstition
steve wonder = Superstition
stevie wondr = Superstition
respekt = Respect
areta franklin = Respect
aretha frankin = Respect
bob marly = Could You Be Loved
cold you be loved = Could You Be Loved
loose yourself = Lose Yourself
emimen = Lose Yourself
blinding lites = Blinding Lights
the weekend = Blinding Lights
mister brightside = Mr. Brightside
the kilers = Mr. Brightside
abba dansing queen = Dancing Queen
dave brubek = Take Five
take fife = Take Five
jolen = Jolene
doly parton = Jolene
stairway to heavan = Stairway to Heaven
led zepelin = Stairway to Heaven
whats goin on = What's Going On
marvin gay = What's Going On
enter sendman = Enter Sandman
metalica = Enter Sandman
uptown fank = Uptown Funk
hotel califonia = Hotel California
ed sheran = Shape of You
notorius big = Juicy
staying alive = Stayin' Alive
simon and garfunkle = The Sound of Silence
radiohed = Paranoid Android
kendrik lamar = Alright
"""

PARTIAL = """
bohem = Bohemian Rhapsody
boh rhap = Bohemian Rhapsody
night at the opera = Bohemian Rhapsody
rhapsody que = Bohemian Rhapsody
billie = Billie Jean
thril jackson = Billie Jean
smells like = Smells Like Teen Spirit
teen spi = Smells Like Teen Spirit
neverm = Smells Like Teen Spirit
hal bey = Halo
sasha fier = Halo
kind of bl = So What
miles dav = So What
rolling deep = Rolling in the Deep
ade 21 = Rolling in the Deep
one more t = One More Time
daft pu = One More Time
supersti = Superstition
talking boo = Superstition
aret = Respect
loved marl = Could You Be Loved
wailers = Could You Be Loved
lose your = Lose Yourself
8 mile = Lose Yourself
blind lig = Blinding Lights
after hou = Blinding Lights
brights = Mr. Brightside
hot fus = Mr. Brightside
dancing qu = Dancing Queen
abb = Dancing Queen
brubeck = Take Five
time out = Take Five
jol part = Jolene
stairw = Stairway to Heaven
zeppelin iv = Stairway to Heaven
marvin = What's Going On
sandm = Enter Sandman
ronson = Uptown Funk
hotel cal = Hotel California
eagl = Hotel California
shape of = Shape of You
notorious = Juicy
bee ge = Stayin' Alive
garfunk = The Sound of Silence
paranoid = Paranoid Android
ipanema = The Girl from Ipanema
buena vis = Chan Chan
purple r = Purple Rain
london call = London Calling
kate bu = Running Up That Hill
"""

SWAPPED = """
queen bohemian = Bohemian Rhapsody
rhapsody bohemian = Bohemian Rhapsody
boheiman rhapsody = Bohemian Rhapsody
jean billie = Billie Jean
jackson michael thriller = Billie Jean
billei jean = Billie Jean
spirit teen = Smells Like Teen Spirit
nrivana = Smells Like Teen Spirit
beyocne halo = Halo
davis miles = So What
miels davis = So What
adele rolling = Rolling in the Deep
daele = Rolling in the Deep
punk daft = One More Time
dfat punk = One More Time
time more one = One More Time
wonder stevie superstition = Superstition
stevei wonder = Superstition
franklin respect = Respect
repsect = Respect
marley bob = Could You Be Loved
eminme = Lose Yourself
yourself lose = Lose Yourself
weeknd blinding = Blinding Lights
lihgts blinding = Blinding Lights
killers the = Mr. Brightside
mr birghtside = Mr. Brightside
queen dancing abba = Dancing Queen
dacning queen = Dancing Queen
five take = Take Five
brubeck dave = Take Five
parton dolly = Jolene
jolnee = Jolene
zeppelin led = Stairway to Heaven
stairway heaven to = Stairway to Heaven
gaye marvin = What's Going On
sandman enter metallica = Enter Sandman
metlalica = Enter Sandman
funk uptown = Uptown Funk
bruno mars ronson = Uptown Funk
california hotel eagles = Hotel California
sheeran ed = Shape of You
juciy = Juicy
alive stayin = Stayin' Alive
bee gese = Stayin' Alive
silence sound = The Sound of Silence
radiohaed = Paranoid Android
android paranoid = Paranoid Android
girl ipanema getz = The Girl from Ipanema
clash london = London Calling
"""

TRANSLITERATED = """
Богемиан Рапсоди = Bohemian Rhapsody
Майкл Джексон = Billie Jean
Билли Джин = Billie Jean
Нирвана = Smells Like Teen Spirit
Νιρβάνα = Smells Like Teen Spirit
Бейонсе = Halo
Хало = Halo
Майлс Дэвис = So What
Адель = Rolling in the Deep
Дафт Панк = One More Time
Стиви Уандер = Superstition
Арета Франклин = Respect
Респект = Respect
Боб Марли = Could You Be Loved
Эминем = Lose Yourself
Εμινεμ = Lose Yourself
Абба = Dancing Queen
Αμπα = Dancing Queen
Джолин = Jolene
Долли Партон = Jolene
Лед Зеппелин = Stairway to Heaven
Марвин Гэй = What's Going On
Металлика = Enter Sandman
Μετάλλικα = Enter Sandman
Отель Калифорния = Hotel California
Эд Ширан = Shape of You
Саймон Гарфанкел = The Sound of Silence
Радиохед = Paranoid Android
Параноид Андроид = Paranoid Android
Ипанема = The Girl from Ipanema
Жилберту = The Girl from Ipanema
Чан Чан = Chan Chan
Буэна Виста = Chan Chan
Кендрик Ламар = Alright
Лондон = London Calling
Зомби = Zombie
Фела Кути = Zombie
Кейт Буш = Running Up That Hill
joao jilberto = The Girl from Ipanema
joão gilberto = The Girl from Ipanema
garota de ipanema = The Girl from Ipanema
beyoncee = Halo
béyoncé = Halo
metallika = Enter Sandman
jilberto getz = The Girl from Ipanema
zombi = Zombie
ｑｕｅｅｎ bohemian = Bohemian Rhapsody
daft pönk = One More Time
rolling in se deep = Rolling in the Deep
respekto = Respect
"""


def queries(text: str) -> list[tuple[str, str]]:
    pairs = [line.partition(" = ") for line in text.strip().splitlines()]
    return [(query, title) for query, _, title in pairs]


KINDS = {
    "misspelled": queries(MISSPELLED),
    "partial": queries(PARTIAL),
    "swapped": queries(SWAPPED),
    "transliterated": queries(TRANSLITERATED),
}
