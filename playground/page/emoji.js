/** The common `:shortcodes:` of Slack as characters. One that is not here stays as it was typed. */

/** @type {Record<string, string>} */
const EMOJI = {
  grinning: "😀", smiley: "😃", smile: "😄", grin: "😁", laughing: "😆", satisfied: "😆", sweat_smile: "😅", joy: "😂",
  rofl: "🤣", slightly_smiling_face: "🙂", upside_down_face: "🙃", wink: "😉", blush: "😊", innocent: "😇",
  smiling_face_with_three_hearts: "🥰", heart_eyes: "😍", "star-struck": "🤩", kissing_heart: "😘", yum: "😋",
  stuck_out_tongue: "😛", stuck_out_tongue_winking_eye: "😜", zany_face: "🤪", hugging_face: "🤗", thinking_face: "🤔",
  face_with_raised_eyebrow: "🤨", neutral_face: "😐", expressionless: "😑", smirk: "😏", unamused: "😒",
  face_with_rolling_eyes: "🙄", grimacing: "😬", relieved: "😌", pensive: "😔", sleepy: "😪", sleeping: "😴", mask: "😷",
  nerd_face: "🤓", sunglasses: "😎", partying_face: "🥳", confused: "😕", worried: "😟", slightly_frowning_face: "🙁",
  open_mouth: "😮", astonished: "😲", flushed: "😳", pleading_face: "🥺", disappointed: "😞", cry: "😢", sob: "😭",
  scream: "😱", weary: "😩", tired_face: "😫", rage: "😡", angry: "😠", exploding_head: "🤯", skull: "💀", ghost: "👻",
  alien: "👽", robot_face: "🤖", poop: "💩", hankey: "💩", clown_face: "🤡", shushing_face: "🤫", wave: "👋",
  raised_hand: "✋", raised_hands: "🙌", ok_hand: "👌", v: "✌️", crossed_fingers: "🤞", point_left: "👈", point_right: "👉",
  point_up: "☝️", point_up_2: "👆", point_down: "👇", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", fist: "✊",
  facepunch: "👊", clap: "👏", open_hands: "👐", handshake: "🤝", pray: "🙏", muscle: "💪", writing_hand: "✍️", eyes: "👀",
  eye: "👁️", brain: "🧠", baby: "👶", bust_in_silhouette: "👤", busts_in_silhouette: "👥", heart: "❤️", orange_heart: "🧡",
  yellow_heart: "💛", green_heart: "💚", blue_heart: "💙", purple_heart: "💜", black_heart: "🖤", broken_heart: "💔",
  sparkling_heart: "💖", two_hearts: "💕", heartbeat: "💓", "100": "💯", anger: "💢", boom: "💥", collision: "💥",
  dizzy: "💫", sweat_drops: "💦", dash: "💨", speech_balloon: "💬", thought_balloon: "💭", zzz: "💤", sparkles: "✨",
  star: "⭐", star2: "🌟", fire: "🔥", zap: "⚡", sunny: "☀️", cloud: "☁️", rainbow: "🌈", snowflake: "❄️", snowman: "⛄",
  umbrella: "☔", ocean: "🌊", droplet: "💧", dog: "🐶", cat: "🐱", mouse: "🐭", rabbit: "🐰", fox_face: "🦊", bear: "🐻",
  panda_face: "🐼", tiger: "🐯", lion_face: "🦁", cow: "🐮", pig: "🐷", frog: "🐸", monkey_face: "🐵", see_no_evil: "🙈",
  hear_no_evil: "🙉", speak_no_evil: "🙊", chicken: "🐔", penguin: "🐧", bird: "🐦", owl: "🦉", unicorn_face: "🦄", bee: "🐝",
  bug: "🐛", butterfly: "🦋", snail: "🐌", turtle: "🐢", snake: "🐍", whale: "🐳", dolphin: "🐬", fish: "🐟", octopus: "🐙",
  elephant: "🐘", bouquet: "💐", cherry_blossom: "🌸", rose: "🌹", sunflower: "🌻", tulip: "🌷", seedling: "🌱",
  evergreen_tree: "🌲", deciduous_tree: "🌳", palm_tree: "🌴", cactus: "🌵", herb: "🌿", four_leaf_clover: "🍀",
  maple_leaf: "🍁", mushroom: "🍄", apple: "🍎", green_apple: "🍏", pear: "🍐", tangerine: "🍊", lemon: "🍋", banana: "🍌",
  watermelon: "🍉", grapes: "🍇", strawberry: "🍓", cherries: "🍒", peach: "🍑", avocado: "🥑", tomato: "🍅", corn: "🌽",
  carrot: "🥕", bread: "🍞", cheese_wedge: "🧀", pizza: "🍕", hamburger: "🍔", fries: "🍟", taco: "🌮", sushi: "🍣",
  cake: "🍰", birthday: "🎂", cookie: "🍪", chocolate_bar: "🍫", doughnut: "🍩", coffee: "☕", tea: "🍵", beer: "🍺",
  beers: "🍻", wine_glass: "🍷", champagne: "🍾", cocktail: "🍸", tropical_drink: "🍹", soccer: "⚽", basketball: "🏀",
  football: "🏈", tennis: "🎾", trophy: "🏆", dart: "🎯", game_die: "🎲", video_game: "🎮", art: "🎨", performing_arts: "🎭",
  musical_note: "🎵", notes: "🎶", microphone: "🎤", headphones: "🎧", guitar: "🎸", car: "🚗", taxi: "🚕", bus: "🚌",
  train: "🚋", bike: "🚲", airplane: "✈️", rocket: "🚀", ship: "🚢", anchor: "⚓", house: "🏠", office: "🏢", hospital: "🏥",
  school: "🏫", factory: "🏭", world_map: "🗺️", earth_africa: "🌍", earth_americas: "🌎", earth_asia: "🌏",
  globe_with_meridians: "🌐", mountain: "⛰️", watch: "⌚", iphone: "📱", computer: "💻", keyboard: "⌨️",
  desktop_computer: "🖥️", printer: "🖨️", camera: "📷", camera_with_flash: "📸", video_camera: "📹", movie_camera: "🎥",
  tv: "📺", radio: "📻", bulb: "💡", flashlight: "🔦", battery: "🔋", electric_plug: "🔌", alarm_clock: "⏰", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", stopwatch: "⏱️", clock1: "🕐", clock3: "🕒", clock9: "🕘", clock12: "🕛", calendar: "📆", date: "📅",
  spiral_calendar_pad: "🗓️", moneybag: "💰", dollar: "💵", euro: "💶", credit_card: "💳", gem: "💎", wrench: "🔧",
  hammer: "🔨", hammer_and_wrench: "🛠️", gear: "⚙️", nut_and_bolt: "🔩", link: "🔗", chains: "⛓️", lock: "🔒",
  unlock: "🔓", key: "🔑", old_key: "🗝️", shield: "🛡️", mailbox: "📫", inbox_tray: "📥", outbox_tray: "📤", package: "📦",
  email: "📧", incoming_envelope: "📨", envelope: "✉️", postal_horn: "📯", scroll: "📜", page_facing_up: "📄",
  page_with_curl: "📃", bookmark: "🔖", bookmark_tabs: "📑", clipboard: "📋", pushpin: "📌", round_pushpin: "📍",
  paperclip: "📎", straight_ruler: "📏", scissors: "✂️", file_folder: "📁", open_file_folder: "📂", card_index: "📇",
  newspaper: "📰", books: "📚", book: "📖", notebook: "📓", memo: "📝", pencil: "📝", pencil2: "✏️", mag: "🔍",
  mag_right: "🔎", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", bell: "🔔",
  no_bell: "🔕", loudspeaker: "📢", mega: "📣", speaker: "🔈", mute: "🔇", gift: "🎁", balloon: "🎈", tada: "🎉",
  confetti_ball: "🎊", ribbon: "🎀", crown: "👑", ring: "💍", lipstick: "💄", dress: "👗", shirt: "👕", eyeglasses: "👓",
  mortar_board: "🎓", warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", x: "❌", o: "⭕",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", heavy_plus_sign: "➕",
  heavy_minus_sign: "➖", heavy_multiplication_x: "✖️", question: "❓", grey_question: "❔", exclamation: "❗",
  grey_exclamation: "❕", bangbang: "‼️", interrobang: "⁉️", red_circle: "🔴", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠",
  large_purple_circle: "🟣", white_square_button: "🔳", small_red_triangle: "🔺", arrow_up: "⬆️", arrow_down: "⬇️",
  arrow_left: "⬅️", arrow_right: "➡️", arrow_upper_right: "↗️", arrow_heading_up: "⤴️", arrows_counterclockwise: "🔄",
  repeat: "🔁", twisted_rightwards_arrows: "🔀", arrow_forward: "▶️", fast_forward: "⏩", rewind: "⏪",
  double_vertical_bar: "⏸️", pause_button: "⏸️", black_square_for_stop: "⏹️", information_source: "ℹ️", new: "🆕",
  free: "🆓", up: "🆙", cool: "🆒", ok: "🆗", sos: "🆘", top: "🔝", end: "🔚", back: "🔙", soon: "🔜", recycle: "♻️",
  checkered_flag: "🏁", triangular_flag_on_post: "🚩", "rainbow-flag": "🏳️‍🌈", one: "1️⃣", two: "2️⃣", three: "3️⃣",
  four: "4️⃣", five: "5️⃣", six: "6️⃣", seven: "7️⃣", eight: "8️⃣", nine: "9️⃣", zero: "0️⃣", keycap_ten: "🔟",
  hash: "#️⃣", copyright: "©️", registered: "®️", tm: "™️", left_speech_bubble: "🗨️", thread: "🧵",
  frame_with_picture: "🖼️", jigsaw: "🧩", puzzle_piece: "🧩", test_tube: "🧪", microscope: "🔬", telescope: "🔭",
  satellite_antenna: "📡", construction: "🚧", rotating_light: "🚨", traffic_light: "🚥", hatching_chick: "🐣", duck: "🦆",
  "flag-us": "🇺🇸", us: "🇺🇸", de: "🇩🇪", fr: "🇫🇷", gb: "🇬🇧", es: "🇪🇸", it: "🇮🇹", jp: "🇯🇵",
};

const SKIN_TONES = { 2: "🏻", 3: "🏼", 4: "🏽", 5: "🏾", 6: "🏿" };

/** Matches one shortcode, with its skin tone if any. */
export const SHORTCODE = /:([a-z0-9_+'-]+):(?::skin-tone-([2-6]):)?/g;

/** @param {string} name @param {string} [tone] @returns {string | null} */
export function emojiOf(name, tone) {
  const found = Object.hasOwn(EMOJI, name) ? EMOJI[name] : null;
  return found && tone ? found + SKIN_TONES[tone] : found;
}

/** Replaces every known shortcode of a plain text. @param {string} text */
export function emojify(text) {
  return text.replace(SHORTCODE, (code, name, tone) => emojiOf(name, tone) ?? code);
}
