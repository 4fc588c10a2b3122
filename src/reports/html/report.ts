import type { Report } from '../../model/report.ts';
import { renderPage } from './page.ts';

/** One self-contained page for who decides: what is wrong, what to do first, what is not known, a picture of the layers, every finding. */
export const report: Report = {
  format: 'html',
  title: 'One page to send on',
  render(result) {
    return renderPage([{ result }]);
  },
};
