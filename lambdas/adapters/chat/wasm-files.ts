/**
 * Where the WebAssembly of the libraries is. In a bundle the build puts another module in the place of this one: there
 * the files are beside the bundle (build/bundle.ts).
 */
const packages = new URL('../../../node_modules/', import.meta.url)

/** The engine of `@xdevplatform/chat-xdk`. */
export const engineFile = new URL('@xdevplatform/chat-xdk/pkg/chat_xdk_wasm_bg.wasm', packages)

/** The client of the key store, of `juicebox-sdk`. */
export const recoveryFile = new URL('juicebox-sdk/juicebox-sdk_bg.wasm', packages)
