import { useRef, useState } from 'preact/hooks'
import type { WebhookEndpoint, WebhookEndpointWithSecret } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Card } from '../../components/page.tsx'
import { webhooksMessages as t } from '../../messages/webhooks.ts'

type EventType = WebhookEndpoint['eventTypes'][number]
const allTypes = Object.keys(t.types) as EventType[]

/** The form for a new address: where, and which events. */
export function AddEndpoint({ onAdded }: { onAdded: (added: WebhookEndpointWithSecret) => void }) {
  const [url, setUrl] = useState('')
  const [chosen, setChosen] = useState<readonly EventType[]>(allTypes)
  const { error, run } = useAction()
  /** Enter pressed twice adds one. */
  const isAdding = useRef(false)
  const add = async () => {
    if (isAdding.current) return
    isAdding.current = true
    await run(async () => {
      const body = { url: url.trim(), eventTypes: chosen }
      onAdded(await call('POST /api/webhook-endpoints', { body }))
    })
    isAdding.current = false
  }
  const isComplete = url.trim() !== '' && chosen.length > 0
  const urlError = error?.errors.find(({ field }) => field === 'url')
  return (
    <Card title={t.addTitle} id="add-endpoint">
      <form
        class="key-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (isComplete) void add()
        }}
      >
        <Field label={t.url} hint={t.urlHint} error={urlError && `The address ${urlError.detail}.`}>
          {(control) => (
            <input
              {...control}
              inputMode="url"
              autocomplete="off"
              spellcheck={false}
              maxLength={2000}
              placeholder="https://helpdesk.example.com/events"
              value={url}
              onInput={(event) => setUrl(event.currentTarget.value)}
            />
          )}
        </Field>
        <fieldset class="event-types">
          <legend>{t.events}</legend>
          {allTypes.map((type) => (
            <label key={type}>
              <input
                type="checkbox"
                checked={chosen.includes(type)}
                onChange={({ currentTarget: { checked } }) =>
                  setChosen(allTypes.filter((one) => (one === type ? checked : chosen.includes(one))))
                }
              />
              {t.types[type]}
            </label>
          ))}
          {chosen.length === 0 && (
            <p class="field-error" role="alert">
              {t.noEvents}
            </p>
          )}
        </fieldset>
        {error && !urlError && <ErrorNotice error={error} />}
        <div class="actions">
          <Button kind="primary" disabled={!isComplete} onClick={add}>
            {t.add}
          </Button>
        </div>
      </form>
    </Card>
  )
}
