// A whole AT Protocol network on this machine: directory, personal data server, AppView. Prints its address when ready.
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const home = path.resolve(process.argv[2])
const [plc, pds, bsky] = process.argv.slice(3, 6).map(Number)
const require = createRequire(path.join(home, 'package.json'))
const { TestNetwork } = await import(pathToFileURL(require.resolve('@atproto/dev-env')).href)

await TestNetwork.create({
  dbPostgresSchema: 'devenv',
  pds: { port: pds, hostname: 'localhost', inviteRequired: false },
  bsky: { port: bsky },
  plc: { port: plc },
})
console.log(JSON.stringify({ url: `http://localhost:${pds}` }))
