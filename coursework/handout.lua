-- What pandoc's HTML needs for print: equation numbers at the margin, names of several letters set as
-- words, and each worked example in one box. Used by coursework/handout_pdf.

local words = { "training", "validation", "accuracy", "interval", "batch", "mask", "mean", "half",
                "dout", "out", "dx", "dw", "db", "dh", "da", "ds" }

--- "dw_{dh}" -> "\textit{dw}_{dh}": without it three letters are set like a product of three.
local function as_words(tex)
  local text = {}
  local function keep(part)
    text[#text + 1] = part
    return "\1" .. #text .. "\1"
  end
  tex = tex:gsub("\\text%b{}", keep):gsub("_%b{}", keep)  -- an index dh is no word
  for _, word in ipairs(words) do
    tex = tex:gsub("%f[%a\\]" .. word .. "%f[%A]", "\\textit{" .. word .. "}")
  end
  while tex:find("\1") do  -- a kept index may hold a kept text
    tex = tex:gsub("\1(%d+)\1", function(k) return text[tonumber(k)] end)
  end
  return tex
end

--- Plain brackets keep the height of a letter; those behind \left and \right still grow.
local function with_plain_brackets(tex)
  tex = tex:gsub("\\left%(", "\1"):gsub("\\right%)", "\2")
  tex = tex:gsub("%(", "\\lparen "):gsub("%)", "\\rparen ")
  tex = tex:gsub("%[", "\\lbrack "):gsub("%]", "\\rbrack ")
  return (tex:gsub("\1", "\\left("):gsub("\2", "\\right)"))
end

local function Math(math)
  math.text = as_words(math.text)
  return math
end

local function Brackets(math)
  math.text = with_plain_brackets(math.text)
  return math
end

--- A paragraph that is one display: its "\qquad (3)" becomes a number at the right margin.
local function Para(para)
  if #para.content ~= 1 or para.content[1].t ~= "Math" then return nil end
  local math = para.content[1]
  local tex, number = math.text:match("^(.-)%s*\\qquad %((%d+)%)%s*$")
  math.text = tex or math.text
  local parts = { pandoc.Div(pandoc.Plain(math), { class = "display" }) }
  if number then
    parts[2] = pandoc.Div(pandoc.Plain("(" .. number .. ")"), { class = "number" })
  end
  return pandoc.Div(parts, { class = "equation" })
end

--- Columns as wide as what stands in them.
local function Table(t)
  for i, column in ipairs(t.colspecs) do t.colspecs[i] = { column[1], nil } end
  return t
end

local function is_lead(block)
  if block.t == "Header" then return true end
  return block.t == "Para" and block.content[1] and block.content[1].t == "Strong"
end

local function leads_example(block)
  return is_lead(block) and block.t == "Para" and
    pandoc.utils.stringify(block.content[1]) == "By hand."
end

--- From "By hand." up to the next heading or bold lead-in: one example.
local function Pandoc(document)
  local blocks, example = {}, nil
  for _, block in ipairs(document.blocks) do
    if is_lead(block) then example = nil end
    if leads_example(block) then
      example = pandoc.Div({}, { class = "example" })
      blocks[#blocks + 1] = example
    end
    if example then
      example.content:insert(block)
    else
      blocks[#blocks + 1] = block
    end
  end
  document.blocks = blocks
  return document
end

return { { Math = Math }, { Pandoc = Pandoc }, { Para = Para, Table = Table }, { Math = Brackets } }
