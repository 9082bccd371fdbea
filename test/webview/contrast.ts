import type { Page } from 'playwright-core';

/** One thing drawn in SVG, and how it stands out from what is behind it (WCAG 2.2 contrast ratio, 1 to 21). */
export interface DrawnContrast {
  what: string;
  ratio: number;
}

/**
 * Contrast of what axe does not look at: texts and lines of SVG. Colours are read back from a canvas, so that every notation
 * of CSS counts; what is behind is the nearest ancestor's background that is not wholly transparent.
 */
export function drawnContrast(
  page: Page,
  selector: string,
  property: 'fill' | 'stroke',
): Promise<DrawnContrast[]> {
  return page.evaluate(
    ([wanted, painted]) => {
      const canvas = document.createElement('canvas');
      canvas.width = 1;
      canvas.height = 1;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const pixel = (colours: string[]): number[] => {
        if (context === null) return [0, 0, 0];
        for (const colour of colours) {
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
        }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
      };
      const behind = (element: Element): string[] => {
        const colours: string[] = [];
        for (let each: Element | null = element.parentElement; each !== null; each = each.parentElement) {
          colours.unshift(getComputedStyle(each).backgroundColor);
        }
        return colours;
      };
      const luminance = (rgb: number[]): number => {
        const [r = 0, g = 0, b = 0] = rgb.map((byte) => {
          const share = byte / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      return [...document.querySelectorAll(wanted)].map((element) => {
        const colour = getComputedStyle(element).getPropertyValue(painted);
        const back = behind(element);
        const [light = 0, dark = 0] = [luminance(pixel(back)), luminance(pixel([...back, colour]))].sort(
          (a, b) => b - a,
        );
        const what = `${element.getAttribute('class')} ${element.textContent ?? ''} ${colour}`;
        return { what, ratio: (light + 0.05) / (dark + 0.05) };
      });
    },
    [selector, property] as const,
  );
}
