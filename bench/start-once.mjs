// Loads a bundle as Lambda does, and prints milliseconds since the process began: by the clock, and of the processor.
await import(process.argv[2])
const elapsedMs = performance.now()
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ elapsedMs, cpuMs: (user + system) / 1000 }))
process.exit()
