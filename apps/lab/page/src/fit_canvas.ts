// Gives a canvas as many pixels as the screen shows of it.

export function fitCanvas(canvas: HTMLCanvasElement, onResize: () => void): void {
  new ResizeObserver(() => {
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    const height = Math.round(canvas.clientHeight * devicePixelRatio);
    if (width === 0 || (canvas.width === width && canvas.height === height)) return;
    canvas.width = width;
    canvas.height = height;
    onResize();
  }).observe(canvas);
}
